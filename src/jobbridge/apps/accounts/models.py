"""Users, their roles and the areas they answer for."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, Scope
from jobbridge.apps.areas.models import Area, ManagementArea


class Role(models.TextChoices):
    COUNTY = "county", "县级经办"
    TOWNSHIP = "township", "乡镇经办"
    BROKER = "broker", "村劳务经纪人"
    EMPLOYER = "employer", "用工单位"
    LEADER = "leader", "领导"
    ADMINISTRATOR = "administrator", "管理员"


class User(AbstractUser):
    """A person who signs in. Scope is one or more areas; without one they see nothing."""

    display_name = models.CharField("姓名", max_length=30)
    unit = models.CharField("单位", max_length=60, blank=True)
    role = models.CharField("角色", max_length=14, choices=Role)
    language = models.CharField("界面语言", max_length=10, default="zh-hans")
    areas = models.ManyToManyField(Area, blank=True, verbose_name="负责区划", related_name="users")
    management_areas = models.ManyToManyField(
        ManagementArea, blank=True, verbose_name="负责管理区域", related_name="users"
    )

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        constraints = [models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role")]

    def __str__(self) -> str:
        return self.display_name or self.username

    def scope(self) -> Scope:
        """All areas of this user that are in force today, direct and through management areas in force."""
        today = timezone.localdate()
        zones = ManagementArea.objects.valid_on(today).filter(users=self)
        own = [*self.areas.valid_on(today), *Area.objects.valid_on(today).filter(management_areas__in=zones)]
        return Scope.of(area.bounds for area in own)

    def actor(self) -> Actor:
        """This user as whoever acts."""
        return Actor(key=f"user:{self.pk}", name=str(self), role=self.role, scope=self.scope(), user_id=self.pk)
