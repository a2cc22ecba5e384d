"""What apps call their things, in the order in which the names are believed. Compared with `catalog.words(name)`."""

USER_TABLES = {"users": 40, "user": 40, "auth_user": 40, "app_users": 35, "app_user": 35}
USER_TABLE_ENDS = {"_users": 30, "_user": 30}
PEOPLE_TABLES = dict.fromkeys(
    ("accounts", "account", "members", "member", "people", "person", "persons", "customers", "clients", "profiles", "logins"), 20
)
STAFF = ("admin", "staff", "backend", "internal", "api", "system")

EMAIL = ("email", "email_address", "e_mail", "mail", "user_email")
PASSWORD = ("password", "password_hash", "hashed_password", "encrypted_password", "password_digest", "passwordhash", "pass_hash", "passwd")
HANDLE = ("username", "user_name", "handle", "login", "nickname", "nick", "screen_name")
FULL_NAME = ("display_name", "full_name", "name", "real_name")
FIRST_NAME = ("first_name", "firstname", "given_name", "forename")
LAST_NAME = ("last_name", "lastname", "family_name", "surname")
AVATAR = ("avatar", "avatar_url", "profile_picture", "profile_photo", "photo_url", "photo", "picture", "image_url")
ROLE = ("role", "user_role", "role_name", "account_type", "user_type")
ACTIVE = ("is_active", "active", "enabled", "is_enabled")
DELETED = ("deleted_at", "deleted_on", "discarded_at", "removed_at", "deactivated_at", "disabled_at")
UPDATED = ("updated_at", "updated_on", "modified_at", "last_modified", "date_modified", "updated")

BANNED_UNTIL = ("banned_until", "suspended_until", "blocked_until", "disabled_until", "barred_until")
# True means: not here. Somebody who only looks around without an account is no member either.
BARRED = (
    "banned", "is_banned", "blocked", "is_blocked", "disabled", "is_disabled", "suspended", "is_suspended", "deactivated", "is_deactivated",
    "deleted", "is_deleted", "archived", "is_archived", "is_anonymous",
)  # fmt: skip
MERGED = (
    "merged_into_id", "merged_into", "merged_into_user_id", "merged_to_id", "merged_with_id", "duplicate_of_id", "replaced_by_id",
)  # fmt: skip
USER_STATUS = ("status", "state", "account_status", "user_status")
SHUT_OUT = (
    "banned", "suspended", "blocked", "inactive", "deactivated", "disabled", "deleted", "archived", "closed", "terminated", "merged",
)  # fmt: skip
PROFILE_USER = ("user", "owner", "account", "auth_user", "profile_user")

ROLE_FLAGS = {
    "admin": ("is_superuser", "is_super_admin", "is_admin", "is_administrator", "superuser", "admin"),
    "moderator": ("is_moderator", "moderator"),
    "trainer": ("is_trainer", "is_coach", "is_instructor", "is_teacher", "trainer", "coach"),
}
# True says that somebody works there, which may mean anything.
STAFF_FLAGS = ("is_staff", "staff")
ROLES = {
    "admin": ("admin", "administrator", "owner", "superadmin", "super_admin", "superuser", "root"),
    "trainer": ("trainer", "coach", "instructor", "teacher", "tutor", "mentor"),
    "moderator": ("moderator", "mod", "community_manager"),
}

ACTIVITY_WORDS = frozenset(
    {
        "session", "appointment", "booking", "lesson", "workout", "class", "attendance", "visit", "training", "consultation", "treatment",
        "checkin", "practice",
    }
)  # fmt: skip
STATUS = ("status", "state")
COMPLETED = ("completed", "complete", "done", "finished", "attended")
MEMBER = (
    "user", "member", "client", "customer", "student", "athlete", "participant", "attendee", "pupil", "patient", "trainee", "learner",
)  # fmt: skip
PARTNER = ("trainer", "coach", "instructor", "teacher", "tutor", "therapist", "practitioner", "mentor", "provider", "staff", "host")
HAPPENED = (
    "session_date", "appointment_date", "booking_date", "lesson_date", "class_date", "workout_date", "visit_date", "starts_at", "start_at",
    "start_time", "start_date", "started_at", "scheduled_at", "scheduled_for", "scheduled_date", "held_at", "happened_at", "occurred_at",
    "performed_at", "date", "date_time", "datetime", "completed_at", "finished_at", "ended_at", "ends_at", "end_time", "created_at",
)  # fmt: skip
ENDED = ("completed_at", "finished_at")
