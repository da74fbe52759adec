"""Files as they came, encrypted at rest."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """One uploaded or produced file. The bytes lie encrypted under the state folder, named by their hash."""

    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("内容摘要", max_length=64, db_index=True)
    size = models.BigIntegerField("大小")
    path = models.CharField("存放位置", max_length=200)
    created_at = models.DateTimeField("存入时间", auto_now_add=True)
    created_by = models.CharField("存入人", max_length=60)
    deleted_on = models.DateField("删除日", null=True)  # the bytes are gone, that there was a file stays known

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return self.name
