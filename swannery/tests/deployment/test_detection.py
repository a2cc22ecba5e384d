"""What an app's tables mean is decided on the catalog alone, with a reason; where it cannot be told, it is asked."""

import pytest

from swannery.config import Activity, UserProfile, UserRoles, Users
from swannery.deployment.catalog import HostCatalog, HostColumn, HostKey, HostTable, TableName, words
from swannery.deployment.describing import describe_users
from swannery.deployment.detect_activities import MissingLink, detect_activities
from swannery.deployment.detection import UsersUnclear, choose_users_table

TIME = "timestamp with time zone"


def table(name: str, columns: str, *, keys: str = "", primary: str | None = "id", schema: str = "public") -> HostTable:
    """`columns`: "id:integer, status:enum(a|b)"; `keys`: "userId>users.id"."""
    made = []
    for part in columns.split(", "):
        column, _, kind = part.partition(":")
        labels = tuple(kind[5:-1].split("|")) if kind.startswith("enum(") else ()
        made.append(HostColumn(name=column, type="an_enum" if labels else kind or "text", labels=labels))
    pointing = []
    for part in keys.split(", ") if keys else []:
        column, _, parent = part.partition(">")
        pointing.append(HostKey(column=column, parent=TableName("public", parent.split(".")[0]), parent_column=parent.split(".")[1]))
    return HostTable(name=TableName(schema, name), columns=tuple(made), primary=primary, keys=tuple(pointing))


def catalog(*tables: HostTable) -> HostCatalog:
    return HostCatalog(tables=tables)


def nothing(_table: TableName, _column: str) -> tuple[str, ...]:
    return ()


def mapping(one: HostTable, *values: str) -> Users:
    return describe_users(one, reasons=(), sample=lambda _table, _column: values)[0]


STUDIO = table(
    "users",
    "id:integer, firstName, lastName, email, username, password, role:enum(client|trainer|admin), isActive:boolean, "
    f"updatedAt:{TIME}, deletedAt:{TIME}",
)
NOISE = (table("contacts", "id:integer, name, email"), table("SequelizeMeta", "name", primary="name"), table("carts", "id:integer"))


def test_the_table_of_users_is_found_among_others_with_the_reasons() -> None:
    found, reasons = choose_users_table(catalog(STUDIO, *NOISE, table("orders", "id:integer, userId:integer", keys="userId>users.id")))
    assert found is STUDIO
    assert 'its name "users"' in reasons
    assert 'password column "password"' in reasons
    assert "1 key points at it" in reasons


def test_camel_case_columns_are_understood() -> None:
    assert mapping(STUDIO) == Users(
        table="users", id="id", key_type="integer", email="email", handle="username", name=("firstName", "lastName"), password="password",
        role="role", active="isActive", deleted="deletedAt", updated="updatedAt", roles=UserRoles(admin=("admin",), trainer=("trainer",)),
    )  # fmt: skip


def test_django_is_understood() -> None:
    one = table("auth_user", "id:integer, password:character varying(128), username, first_name, last_name, email, is_active:boolean")
    found, _ = choose_users_table(
        catalog(one, table("auth_group", "id:integer, name"), table("auth_user_groups", "id:integer, user_id:integer"))
    )
    assert found is one
    users = mapping(one)
    assert (users.name, users.active, users.role) == (("first_name", "last_name"), "is_active", None)


def test_devise_is_understood() -> None:
    users = mapping(table("users", f"id:bigint, email, encrypted_password, discarded_at:{TIME}, updated_at:timestamp without time zone"))
    assert (users.key_type, users.password, users.deleted, users.updated) == ("bigint", "encrypted_password", "discarded_at", "updated_at")


def test_roles_of_text_are_taken_from_the_values_that_occur() -> None:
    users = mapping(table("users", "id:uuid, email, role:character varying(20)"), "Coach", "OWNER", "superAdmin", "pupil", "mod")
    assert users.roles == UserRoles(admin=("OWNER", "superAdmin"), trainer=("Coach",), moderator=("mod",))


def test_columns_of_the_wrong_type_are_not_taken() -> None:
    users = mapping(table("users", "id:integer, email, active:integer, deleted_at:boolean, role:boolean, password:bytea, is_admin:integer"))
    assert (users.active, users.deleted, users.role, users.password) == (None, None, None, None)
    assert users.roles == UserRoles()


def test_roles_in_numbers_are_named_and_give_nobody_power_until_the_owner_says_which() -> None:
    users = mapping(table("users", "id:integer, email, role:integer"), "0", "1")
    assert (users.role, users.roles) == ("role", UserRoles())


def test_every_flag_that_turns_somebody_away_is_found() -> None:
    users = mapping(table("users", f"id:integer, email, banned:boolean, isDeleted:boolean, is_admin:boolean, suspendedUntil:{TIME}"))
    assert (users.barred, users.banned_until) == (("banned", "isDeleted"), "suspendedUntil")
    assert users.roles == UserRoles(admin_if=("is_admin",))


def test_a_status_of_text_shuts_out_those_who_are_and_those_who_will_be_suspended() -> None:
    users = mapping(table("users", "id:integer, email, status"), "ACTIVE", "TRIAL")
    assert users.status == "status"
    assert {"SUSPENDED", "BANNED", "INACTIVE"} <= set(users.shut_out)
    assert "TRIAL" not in users.shut_out
    enum = mapping(table("users", "id:integer, email, status:enum(active|trial|Banned)"))
    assert enum.shut_out == ("Banned",)
    assert mapping(table("users", "id:integer, email, status"), "single", "married").status is None


def test_where_nothing_deactivates_anybody_it_says_so() -> None:
    _, found = describe_users(table("users", "id:integer, email"), reasons=(), sample=nothing)
    told = {one.what: one.reason for one in found}
    assert told["active"] == "nothing deactivates anybody: whoever has a row may be here"
    assert told["password"] == "no column of passwords; let the app or an identity provider sign people in"


def described(users: HostTable, *others: HostTable) -> Users:
    return describe_users(users, reasons=(), sample=nothing, catalog=catalog(users, *others))[0]


def test_names_are_taken_from_a_table_of_profiles_where_the_users_have_none() -> None:
    users = table("users", "id:uuid, email, password")
    profile = table("profiles", "user_id:uuid, nickname, full_name", keys="user_id>users.id", primary="user_id")
    assert described(users, profile).profile == UserProfile(table="profiles", user="user_id", handle="nickname", name=("full_name",))
    many = table("aliases", "id:integer, user_id:uuid, nickname", keys="user_id>users.id")
    assert described(users, many).profile is None
    named = table("users", "id:uuid, email, password, username, name")
    assert described(named, profile).profile is None


def test_a_table_that_goes_on_with_the_users_own_key_is_no_rival() -> None:
    users = table("accounts", "id:uuid, email, password")
    more = table("users", "id:uuid, email, full_name", keys="id>accounts.id")
    found, _ = choose_users_table(catalog(users, more))
    assert found is users


def test_a_key_that_leads_to_the_profile_leads_to_its_user() -> None:
    users = table("users", "id:uuid, email, password")
    profile = table("profiles", "id:uuid, full_name", keys="id>users.id")
    lessons = table("lessons", f"id:integer, student_id:uuid, starts_at:{TIME}, status:enum(done)", keys="student_id>profiles.id")
    activities, _, missing = detect_activities(catalog(users, profile, lessons), users=described(users, profile), sample=nothing)
    assert [activity.member for activity in activities] == ["student_id"]
    assert missing == []


def test_a_name_made_to_be_shown_goes_before_its_parts() -> None:
    assert mapping(table("users", "id:integer, email, first_name, last_name, display_name")).name == ("display_name",)
    assert mapping(table("users", "id:integer, email, name, first_name")).name == ("first_name",)
    assert mapping(table("users", "id:integer, email")).name == ()


def test_two_likely_tables_are_shown_and_refused() -> None:
    two = catalog(table("users", "id:integer, email, password"), table("members", "id:integer, email, password"))
    with pytest.raises(UsersUnclear) as caught:
        choose_users_table(two)
    assert "users (85 points)" in caught.value.message
    assert "members (65 points)" in caught.value.message
    assert "--users 'users'" in caught.value.next_step


def test_naming_the_table_settles_it() -> None:
    members = table("members", "id:integer, email, password")
    two = catalog(table("users", "id:integer, email, password"), members)
    for spelling in ("members", "public.members", '"members"', 'public."members"'):
        assert choose_users_table(two, asked_for=spelling) == (members, ("you named it",))


def test_without_a_likely_table_it_says_what_was_looked_at() -> None:
    with pytest.raises(UsersUnclear, match=r"No table looks like the app's users\.\n  contacts"):
        choose_users_table(catalog(*NOISE))


def test_candidates_are_shown_on_a_line_each_and_steer_no_terminal() -> None:
    odd = table("a\nb\x1b[2J", "id:integer, email")
    with pytest.raises(UsersUnclear) as caught:
        choose_users_table(catalog(odd))
    assert caught.value.message.splitlines()[1:] == ['  a b�[2J (20 points): e-mail column "email"']


def test_an_empty_database_has_no_users() -> None:
    with pytest.raises(UsersUnclear, match="No table"):
        choose_users_table(catalog())


def test_a_name_that_is_none_or_two_is_refused() -> None:
    two = catalog(STUDIO, table("users", "id:integer, email, password", schema="old"))
    with pytest.raises(UsersUnclear, match="no table 'user'"):
        choose_users_table(two, asked_for="user")
    with pytest.raises(UsersUnclear, match="more than one table 'users'"):
        choose_users_table(two, asked_for="users")
    assert choose_users_table(two, asked_for="old.users")[0].name.schema == "old"


@pytest.mark.parametrize(("kind", "word"), [("numeric", "numeric"), ("bytea", "bytea"), ("public.mytype", "mytype")])
def test_a_key_no_member_can_be_linked_by_is_refused_with_the_reason(kind: str, word: str) -> None:
    with pytest.raises(UsersUnclear, match=word):
        choose_users_table(catalog(table("users", f"id:{kind}, email, password")), asked_for="users")


def test_a_table_without_a_key_of_one_column_is_refused_with_the_reason() -> None:
    with pytest.raises(UsersUnclear, match="no key of a single column"):
        choose_users_table(catalog(table("users", "a:integer, b:integer, email, password", primary=None)), asked_for="users")


def test_staff_of_the_backend_are_not_taken_for_the_users() -> None:
    staff = table("admin_users", "id:integer, email, encrypted_password, name, role")
    people = table("users", "id:integer, email, encrypted_password, name")
    keyed = table("orders", "id:integer, user_id:integer", keys="user_id>users.id")
    assert choose_users_table(catalog(staff, people, keyed))[0] is people


def test_odd_names_are_found_by_what_they_hold() -> None:
    odd = table('User\'s "tables" 🎈\n', "i d%:integer, E-Mail, Password Hash, naïve", primary="i d%")
    assert choose_users_table(catalog(odd, *NOISE))[0] is odd


@pytest.mark.parametrize(
    ("name", "understood"),
    [("firstName", "first_name"), ("userID", "user_id"), ("HTMLBody", "html_body"), ("E-Mail", "e_mail"), ("🎈", ""), ("a__b", "a_b")],
)
def test_names_are_compared_in_small_letters_with_underscores(name: str, understood: str) -> None:
    assert words(name) == understood


USERS = Users(table="users", id="id", key_type="integer")
STATES = "status:enum(available|scheduled|completed|cancelled)"


def look(*tables: HostTable, values: tuple[str, ...] = ()) -> tuple[list[Activity], list[MissingLink]]:
    activities, _, missing = detect_activities(catalog(STUDIO, *NOISE, *tables), users=USERS, sample=lambda _table, _column: values)
    return activities, missing


def test_sessions_with_member_trainer_status_and_time_are_an_activity() -> None:
    sessions = table(
        "sessions",
        f"id:integer, userId:integer, trainerId:integer, {STATES}, sessionDate:{TIME}, createdAt:{TIME}",
        keys="trainerId>users.id",
    )
    expected = Activity(table="sessions", key="id", member="userId", partner="trainerId", status="status", at="sessionDate")
    assert look(sessions) == ([expected], [])


def test_the_words_an_app_has_for_completed_are_taken_from_its_values() -> None:
    lessons = table("lessons", f"id:uuid, pupil_id:bigint, teacher_id:bigint, state:text, starts_at:{TIME}")
    (activity,), _ = look(lessons, values=("planned", "Done", "attended"))
    assert (activity.member, activity.partner, activity.completed) == ("pupil_id", "teacher_id", ("Done", "attended"))


def test_an_empty_table_of_a_telling_name_is_believed() -> None:
    assert look(table("workouts", "id:integer, user_id:integer, status:text, date:date"))[0][0].completed == ("completed",)


def test_a_moment_of_completion_does_for_a_status() -> None:
    (activity,), _ = look(table("workouts", f"id:integer, user_id:integer, created_at:{TIME}, finished_at:{TIME}"))
    assert (activity.status, activity.at) == (None, "finished_at")


def test_sessions_without_a_member_are_a_missing_link_in_the_tables_own_style() -> None:
    camel = table("sessions", f"id:integer, trainerId:integer, {STATES}, sessionDate:{TIME}", keys="trainerId>users.id")
    snake = table("class_sessions", f"id:integer, coach_id:integer, {STATES}, starts_at:{TIME}", keys="coach_id>users.id")
    activities, missing = look(camel, snake)
    assert activities == []
    assert [link.wish for link in missing] == [
        'public.sessions."userId" -> public.users.id',
        "public.class_sessions.user_id -> public.users.id",
    ]


def test_a_member_of_another_type_is_a_missing_link() -> None:
    _, (link,) = look(table("sessions", f"id:integer, user_id:uuid, trainer_id:integer, {STATES}, date:date", keys="trainer_id>users.id"))
    assert link.column == "user_id"
    assert link.reason == "uuid does not lead to users"


def test_a_table_of_participants_makes_up_for_the_missing_member() -> None:
    lessons = table("classes", f"id:integer, instructor_id:integer, {STATES}, starts_at:{TIME}", keys="instructor_id>users.id")
    between = table("class_members", "id:integer, class_id:integer, user_id:integer", keys="class_id>classes.id, user_id>users.id")
    assert look(lessons, between) == ([], [])


@pytest.mark.parametrize(
    "other",
    [
        table("orders", f"id:integer, user_id:integer, {STATES}, created_at:{TIME}", keys="user_id>users.id"),
        table("sessions", f"sid:text, sess:json, expire:{TIME}", primary="sid"),
        table("sessions", f"id:integer, user_id:integer, created_at:{TIME}", keys="user_id>users.id"),
        table("orientations", f"id:integer, userId:uuid, status:text, createdAt:{TIME}"),
        table("sessions", f"id:integer, user_id:integer, {STATES}", keys="user_id>users.id"),
    ],
    ids=["orders", "web sessions", "no status", "enquiries", "no time"],
)
def test_what_is_no_activity_is_left_alone(other: HostTable) -> None:
    assert look(other, values=("new", "open")) == ([], [])
