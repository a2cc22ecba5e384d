"""Words for remedies that change the statement, the script, the ledger or a name."""

from collections.abc import Callable

from dbdoctor.reports.phrases import Facts, listed, short, table_of


def _bare(name: object) -> str:
    return str(name).replace("public.", "")


def _name(facts: Facts) -> str:
    old, new = facts.get("from"), facts.get("to")
    if old == new:  # a schema and a table in one pair of quotes
        return f'run the statement with schema and table quoted apart, where it says "{old}"'
    return f"run the statement with {new} where it says {old}"


def _under(facts: Facts) -> str:
    if facts.get("trigger"):
        return f"drop trigger {facts['trigger']}, run your statement, make the trigger again as it was, all in one transaction"
    return f"drop view {_bare(listed(facts.get('views')))}, run your statement, make the view again as it was, all in one transaction"


def _in_order(facts: Facts) -> str:
    return f"run the same statements in another order: {facts.get('table')} before what needs it, keys that close a circle last"


def _skipped(facts: Facts) -> str:
    kind, name = facts.get("kind"), facts.get("name")
    what = f"what makes {kind} {name}, which is there" if kind != "gone" else f"what takes {name} away, which is gone"
    return f"run the rest of the script, leaving out {what}"


def _bridge(facts: Facts) -> str:
    view = str(facts.get("view")).removeprefix("public.")
    return f"make a view {view} over {table_of(facts)}, for statements that cannot be changed; rows can be written through it"


def _owner(facts: Facts) -> str:
    return f"hand {facts.get('on')} from {facts.get('owner')} to {facts.get('role')}, which has to own it to change it"


def _leftover(facts: Facts) -> str:
    kind, name = facts.get("kind"), facts.get("name")
    of = "" if kind == "table" else f" of {table_of(facts)}"
    return f"take the leftover {kind} {name}{of} away, so that the statement can make it"


SCRIPT_REMEDIES: dict[str, Callable[[Facts], str]] = {
    "correct_name": _name,
    "correct_column_type": lambda f: f"make it with the type its parent has ({listed(f.get('changed'))})",
    "corrected_statement": lambda _: "run this, your statement corrected",
    "put_in_order": _in_order,
    "skip_what_is_there": _skipped,
    "nothing_to_do": lambda _: "do nothing: what the statement makes is there, just as wanted",
    "outside_transaction": lambda f: f"run {f.get('what') or 'it'} by itself and the rest around it, without a transaction about the whole",
    "settle_pending_checks": lambda f: (
        f"do the checks that {table_of(f)} still waits for ({listed(f.get('keys'))}), then run the statement"
    ).replace(" ()", ""),
    "change_under_views": _under,
    "bridge_view": _bridge,
    "create_schema": lambda f: f"make the schema {f.get('schema')}",
    "free_the_name": lambda f: f"rename the {f.get('name')} that is there to {f.get('to')}, so that the name is free",
    "rename_constraint": lambda f: f"rename {f.get('from')} of {table_of(f)} to {f.get('to')}, the name that is asked for",
    "remove_leftover": _leftover,
    "grant_right": lambda f: f"grant {f.get('right')} on {f.get('on')} to {f.get('role')}, and no more",
    "change_owner": _owner,
    "carry_out": lambda f: f"do what {short(str(f.get('migration')))} was meant to do",
    "run_missing_migration": lambda f: f"run the statements of {f.get('migration')}, so that what it makes is there",
    "mark_as_applied": lambda f: (
        f"record {f.get('migration')} as applied in {table_of({'table': f.get('ledger')})}; its statements are not run"
    ),
    "release_tool_lock": lambda f: f"release the lock {_bare(f.get('lock'))} that {f.get('tool')} left behind",
    "settle_unfinished": lambda f: f"tell {_bare(f.get('ledger'))} that {f.get('migration')} is not applied, so that it runs again",
    "settle_ledger": lambda f: (
        f"tell {_bare(f.get('ledger'))} that {f.get('migration')} is not applied, so that {f.get('tool')} runs it again"
    ),
}
