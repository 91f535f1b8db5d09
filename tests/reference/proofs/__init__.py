"""One function for each statistic: from a reference case to checks of ours against theirs."""
