"""Users who are known by their e-mail address, with UUIDs, and a profile for each, which a signal makes."""

import secrets
import uuid

from django.contrib.auth.models import AbstractBaseUser, AbstractUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone


class Manager(BaseUserManager):
    def create_user(self, email, password):
        user = self.model(email=self.normalize_email(email))
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    objects = Manager()

    def get_full_name(self):
        return self.full_name


class Profile(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    biography = models.TextField(blank=True)
    theme = models.CharField(max_length=20, default="light")
    newsletter = models.BooleanField(default=False)


@receiver(post_save, sender=User)
def make_profile(instance, created, **_):
    if created:
        Profile.objects.create(user=instance)


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
