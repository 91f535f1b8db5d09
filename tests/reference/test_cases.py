"""Every reference case is run, or `cases.yaml` says why not. Numbers of other software, on real data."""

import importlib
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import pytest

from tests.reference.catalogue import Case, Rule, cases, fields_of, rules, rules_of
from tests.reference.checking import Proof
from tests.reference.conftest import require_data
from tests.reference.summary import Tally

Record = Callable[[str, Any], None]


def proof_of(rule: Rule) -> Proof:
    """The function that a rule names: "module.function" in tests/reference/proofs."""
    module, _, name = (rule.proof or "").rpartition(".")
    return cast("Proof", getattr(importlib.import_module(f"tests.reference.proofs.{module}"), name))


def run(case: Case) -> Tally:
    """Compare a case; AssertionError names the fields that differ, or that nobody looked at."""
    (rule,) = rules_of(case)
    checks = list(proof_of(rule)(case))
    wrong = [f"{check.name}: {check.distance():.3g} apart" for check in checks if not check.holds()]
    assert not wrong, f"{case.name}: {'; '.join(wrong)}"
    told = {check.name for check in checks}
    fields = set(fields_of(case.value))
    assert told <= fields, f"{case.name}: no such field: {told - fields}"
    silent = [name for name in fields - told if not rule.leaves_out(name)]
    assert not silent, f"{case.name}: neither compared nor set apart: {', '.join(silent)}"
    twice = [name for name in told if rule.leaves_out(name)]
    assert not twice, f"{case.name}: compared and set apart: {', '.join(twice)}"
    return Tally.of(checks)


RUN = [case for case in cases() if any(rule.proof for rule in rules_of(case))]


@pytest.mark.parametrize("case", RUN or [None], ids=lambda case: case.name if case else "no data")
def test_case(case: Case | None, record_property: Record) -> None:
    if case is None:
        record_property("reference_skipped", sum(rule.cases for rule in rules() if rule.proof))
        require_data()
        pytest.fail("the data are there, and not one case of them is run")
    record_property("reference_case", case.name)
    record_property("reference_tally", run(case).told())


def test_no_case_is_forgotten(record_property: Record) -> None:
    record_property("reference_listed", sum(rule.cases for rule in rules() if rule.reason))
    require_data()
    unclear = [case.name for case in cases() if len(rules_of(case)) != 1]
    assert not unclear, f"not covered by exactly one entry of cases.yaml: {', '.join(unclear)}"
    found = Counter(rule_name(rules_of(case)[0]) for case in cases())
    assert found == {rule_name(rule): rule.cases for rule in rules()}


def rule_name(rule: Rule) -> str:
    return f"{rule.file} {rule.statistic} {rule.id}"


def test_a_new_case_would_be_noticed() -> None:
    """The control: a case of a statistic nobody has heard of, one of an id nobody expected."""
    known = {(rule.file, rule.statistic) for rule in rules()}
    assert ("agreement_bhr2000", "rwg_j") in known
    assert not rules_of(Case("agreement_bhr2000", "bhr2000.lead11.r_wg_p", "rwg_p", {}, None))
    assert not rules_of(Case("a_new_file", "a.new.alpha", "cronbach_alpha", {}, None))


@pytest.mark.parametrize("rule", rules(), ids=rule_name)
def test_an_entry_says_what_it_should(rule: Rule) -> None:
    assert rule.cases > 0
    for reason in [*rule.apart.values(), *([] if rule.reason is None else [rule.reason])]:
        assert len(reason.split()) > 2, f"{rule_name(rule)}: a reason that says something expected"
    if rule.proof:
        assert callable(proof_of(rule))
    else:
        assert not rule.apart
