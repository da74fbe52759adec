"""The messages page names the channels in use, and what is wrong with their settings."""

from __future__ import annotations

from django.urls import reverse


def test_the_channel_in_use_is_named(signed_in):
    page = signed_in("county").get(reverse("desk:messages")).content.decode()
    assert "通道：短信文件（演示，不发出）" in page
    assert "JOBBRIDGE_" not in page


def test_a_fault_of_the_settings_is_told(signed_in, settings):
    settings.SMS_CHANNEL = "aliyun"
    settings.SMS_ACCOUNT = {"KEY_ID": "made-up", "KEY_SECRET": "hush"}
    settings.WECHAT_ACCOUNT = {"KEY_ID": "made-up", "KEY_SECRET": "hush", "TEMPLATES": "{}"}
    page = signed_in("county").get(reverse("desk:messages")).content.decode()
    assert "通道：微信公众号、阿里云短信" in page or "通道：阿里云短信、微信公众号" in page
    assert "请设置 JOBBRIDGE_SMS_TEMPLATES" in page
    assert "hush" not in page
