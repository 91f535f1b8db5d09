"""Who counts as one owner: all who ever owned an agency know its old contributions, and count as one."""

from collections.abc import Iterable


def joined_owners(owned: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each owner the one under whom they count: the first, by name, of all tied to them.

    owned: (agency, owner) for every contribution ever made. Two owners of one agency, at whatever time, are
    tied, and so is whoever is tied to either: what one of them has learnt the attacker of the publisher's
    audit may have too.
    """
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    first: dict[str, str] = {}
    for agency, owner in owned:
        root.setdefault(owner, owner)
        other = first.setdefault(agency, owner)
        one, two = sorted((find(owner), find(other)))
        root[two] = one
    return {owner: find(owner) for owner in root}
