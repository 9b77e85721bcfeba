"""Users with a name that they do not log in by, and a token for each, which a signal makes."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone


class Annotator(AbstractUser):
    """As Label Studio has it: people log in by their address, and have a name that nobody asks for."""

    username = models.CharField(max_length=256)
    email = models.EmailField(unique=True, blank=True)
    phone = models.CharField(max_length=256, blank=True)
    is_deleted = models.BooleanField(default=False, db_index=True)
    last_activity = models.DateTimeField(default=timezone.now, editable=False)
    activity_at = models.DateTimeField(auto_now=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ()

    class Meta:
        db_table = "htx_user"


class Token(models.Model):
    """The key of rest_framework.authtoken, which a signal makes for everybody."""

    key = models.CharField(max_length=40, primary_key=True)
    user = models.OneToOneField(Annotator, related_name="auth_token", on_delete=models.CASCADE)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "authtoken_token"


@receiver(post_save, sender=Annotator)
def make_token(instance, created, **_):
    if created:
        Token.objects.create(user=instance, key=secrets.token_hex(20))
