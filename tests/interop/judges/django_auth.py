"""Django's own users, by `migrate`, `create_user` and `authenticate`."""

import django
from django.conf import settings
from django.contrib.auth.hashers import check_password  # noqa: F401  (fails early where a hasher's library is missing)


class Django:
    """A project with `django.contrib.auth` and nothing else of its own."""

    installed = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.admin"]
    options = {}

    def __init__(self, path):
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}},
            INSTALLED_APPS=self.installed,
            SECRET_KEY="of no use here",
            USE_TZ=True,
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            **self.options,
        )
        django.setup()

    def make(self, people):
        from django.contrib.auth import get_user_model
        from django.core.management import call_command

        call_command("migrate", verbosity=0, run_syncdb=True)
        for person in people:
            self.create(get_user_model(), person)
        self.close()

    def create(self, model, person):
        model.objects.create_user(person.name, email=person.email, password=person.password)

    def login(self, name, password):
        from django.contrib.auth import authenticate, get_user_model

        try:
            user = authenticate(username=name, password=password)
            # The session keeps the user's key and reads the whole row back with every page.
            return user is not None and self.is_at_home(get_user_model().objects.get(pk=user.pk))
        finally:
            self.close()

    def is_at_home(self, user):
        """Whether the pages after the log-in work: the user's row can be read and shown as it is."""
        return user.is_active and user.get_full_name() is not None and user.date_joined.tzinfo is not None

    @staticmethod
    def close():
        from django.db import connections

        connections.close_all()


class DjangoArgon2(Django):
    """As Django's documentation advises: argon2 first, the others still read."""

    options = {
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.Argon2PasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
            "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
            "django.contrib.auth.hashers.ScryptPasswordHasher",
        ]
    }


class DjangoAccounts(Django):
    """A user model of its own, by e-mail address, and a profile without which no page works."""

    installed = [*Django.installed, "judges.accounts"]
    options = {"AUTH_USER_MODEL": "accounts.User"}

    def create(self, model, person):
        model.objects.create_user(person.email, person.password)

    def is_at_home(self, user):
        return super().is_at_home(user) and user.profile.theme == "light"


class LabelStudio(Django):
    """As Label Studio has it: the address is what people log in by, and everybody has a token."""

    installed = [*Django.installed, "judges.annotators"]
    options = {"AUTH_USER_MODEL": "annotators.Annotator"}

    def login(self, name, password):
        return super().login(f"{name}@example.org", password)

    def is_at_home(self, user):
        return super().is_at_home(user) and len(user.auth_token.key) == 40 and not user.is_deleted


APPLICATIONS = {"django": Django, "django-argon2": DjangoArgon2, "django-accounts": DjangoAccounts, "label-studio": LabelStudio}
