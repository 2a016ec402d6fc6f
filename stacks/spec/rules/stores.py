"""Object stores: their site exists, and access logs go to a store that does not send them on for ever."""

from collections.abc import Iterator

from stacks.spec.problems import Problem, listed, nearest, shown
from stacks.spec.rules.parts import Parts


def sites_exist(parts: Parts) -> Iterator[Problem]:
    """A store stands at a site of this file."""
    for name, store in parts.stores.items():
        if store.site not in parts.site_names:
            near = nearest(store.site, parts.site_names)
            yield parts.problem(
                ("objectStores", name, "site"),
                "unknown-site",
                f"There is no site {shown(store.site)}.",
                allowed=listed(parts.site_names) or "no site is declared",
                fix=f"Write `site: {near}`." if near else "Name one of the sites, or add it under `sites`.",
                near=near,
            )


def log_stores_exist(parts: Parts) -> Iterator[Problem]:
    """Access logs go to a store of this file at the same site.

    S3 delivers logs within one region and account only:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html.
    """
    for name, store in parts.stores.items():
        path, target = ("objectStores", name, "accessLogs"), store.access_logs
        if target is None:
            continue
        if target not in parts.store_names:
            at_site = _others_at(parts, name)
            near = nearest(target, at_site)
            yield parts.problem(
                path,
                "unknown-store",
                f"There is no object store {shown(target)}.",
                allowed=listed(at_site) or f"another store at {store.site}; there is none yet",
                fix=f"Write `accessLogs: {near}`." if near else "Add the store under `objectStores`.",
                near=near,
            )
        elif target in parts.stores and parts.stores[target].site != store.site:
            other, line = parts.stores[target].site, parts.line("objectStores", target)
            yield parts.problem(
                path,
                "log-store-elsewhere",
                f"{shown(target)} (line {line}) is at {other}, this store at {store.site}.",
                allowed=listed(_others_at(parts, name))
                or f"another store at {store.site}; there is none yet",
                fix=f"Add a store for logs at {store.site} and name it here.",
            )


def _others_at(parts: Parts, name: str) -> list[str]:
    """The other stores at the site of a store."""
    site = parts.stores[name].site
    return [other for other, store in parts.stores.items() if store.site == site and other != name]


def log_stores_form_no_cycle(parts: Parts) -> Iterator[Problem]:
    """No store's logs come back to it: each delivery would be logged, and its log delivered, without end.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    done: set[str] = set()
    for start in parts.stores:
        way: dict[str, None] = {}
        name: str | None = start
        while name is not None and name in parts.stores and name not in done:
            if name in way:
                steps = list(way)
                cycle = [*steps[steps.index(name) :], name]
                lines = ", ".join(f"{step} on line {parts.line('objectStores', step)}" for step in cycle[:-1])
                yield parts.problem(
                    ("objectStores", cycle[-2], "accessLogs"),
                    "log-cycle",
                    f"Access logs run in a circle: {' → '.join(cycle)} ({lines}).",
                    allowed="a last store that has no `accessLogs`",
                    fix=f"Remove `accessLogs` from {cycle[-2]}.",
                )
                break
            way[name] = None
            name = parts.stores[name].access_logs
        done.update(way)


def names_are_distinct(parts: Parts) -> Iterator[Problem]:
    """A store and a site do not share a name: both become the first part of the names of resources."""
    for name in parts.store_names:
        if name in parts.site_names:
            yield parts.problem(
                ("objectStores", name),
                "same-name",
                f"{shown(name)} is the name of a site (line {parts.line('sites', name)}) too.",
                allowed="names that are unique over sites and object stores",
                fix="Give the store another name.",
            )
