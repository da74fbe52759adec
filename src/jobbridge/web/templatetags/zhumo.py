"""Tags and filters of the 朱墨 interface: icons, figures, status glyphs, small charts, links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from jobbridge.web.reasons import against

register = template.Library()

# Status letters as `targeting.LabourStatus` stores them: glyph shape and word.
STATUS: Mapping[str, tuple[str, str]] = {
    "W": ("away", gettext_lazy("在外务工")),
    "L": ("near", gettext_lazy("就近就业")),
    "E": ("placeless", gettext_lazy("已就业，地点待核实")),
    "S": ("seeking", gettext_lazy("有意愿未就业")),
    "N": ("idle", gettext_lazy("无就业意愿")),
    "U": ("unknown", gettext_lazy("待核实")),
}
URGENT_FIRST = "SUNEWL"
BITS_SHOWN = 16  # evidence beyond this fills its half of the bar


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One icon of the sprite; decoration only, so it is hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("build/icons.svg"),
        name,
    )


@register.filter
def tr(text: object) -> str:
    """A label of the code (a state, a kind, a column) in the reader's language; what has no translation stays."""
    return _(str(text)) if text else ""


@register.filter
def wan(value: float | Decimal | None, unit: str = "人") -> SafeString:
    """Official notation: 1,235 人; from 1 万 5.05 万人; from 1 亿 1.59 亿元. The exact value is the tooltip.

    万 and 亿 are Chinese: in another language the number stands in full, and the label says what it counts.
    """
    if value is None:
        return format_html('<span class="quiet">{}</span>', "—")
    exact = int(value)
    if not (get_language() or "zh").startswith("zh"):
        return format_html('<span class="num">{}</span>', f"{exact:,}")
    if abs(exact) >= 10**8:
        text, shown = f"{exact / 1e8:.2f}", "亿" + unit
    elif abs(exact) >= 10**4:
        text, shown = f"{exact / 1e4:.2f}", "万" + unit
    else:
        text, shown = f"{exact:,}", unit
    return format_html(
        '<span class="num" title="{} {}">{}</span><span class="unit">{}</span>', f"{exact:,}", unit, text, shown
    )


@register.filter
def comma(value: float | None) -> str:
    """Thousands separated; a dash when there is no value."""
    return "—" if value is None else f"{int(value):,}"


@register.filter
def percent(value: float | Decimal | None, places: int = 1) -> str:
    """A number that is already in percent, with its sign; a dash when there is nobody to count."""
    return "—" if value is None else f"{float(value):.{places}f}%"


@register.filter
def tone_of(reason: str) -> str:
    """The colour of a reason's tag: amber for what speaks against the post."""
    return "amber" if against(reason) else "blue"


@register.filter
def field_of(mapping: Mapping[str, object], key: str) -> object:
    """Look a key up in a mapping; empty text when it is not there."""
    return mapping.get(key, "")


@register.simple_tag
def glyphs(marks: str) -> SafeString:
    """One glyph a labourer, the urgent ones first; the whole is read out as a sentence."""
    known = [mark for mark in marks if mark in STATUS]
    if not known:
        return format_html('<span class="quiet">{}</span>', "—")
    known.sort(key=URGENT_FIRST.index)
    said = [_("{status} {n} 人").format(status=STATUS[mark][1], n=n) for mark, n in Counter(known).items()]
    label = _("、").join(said)
    shapes = format_html_join("", '<i class="glyph glyph-{}"></i>', ((STATUS[mark][0],) for mark in known))
    return format_html('<span class="glyphs" role="img" aria-label="{}" title="{}">{}</span>', label, label, shapes)


@register.simple_tag
def status(mark: str) -> SafeString:
    """Shape, colour and word of one status letter."""
    shape, word = STATUS.get(mark, STATUS["U"])
    return format_html('<span class="status status-{}"><i class="glyph glyph-{}"></i>{}</span>', shape, shape, word)


@register.inclusion_tag("desk/legend.html")
def legend() -> dict[str, object]:
    """What the glyphs mean."""
    return {"statuses": list(STATUS.values())}


@register.simple_tag
def spark(values: Sequence[float | Decimal | None], width: int = 72, height: int = 26) -> SafeString:
    """A sparkline; nothing when there are fewer than two points."""
    points = [float(value) for value in values if value is not None]
    if len(points) < 2:
        return SafeString("")
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    step = (width - 6) / (len(points) - 1)
    places = [(2 + i * step, height - 4 - (point - low) / span * (height - 8)) for i, point in enumerate(points)]
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return format_html(
        '<svg class="spark" width="{w}" height="{h}" viewBox="0 0 {w} {h}" aria-hidden="true">'
        '<path d="{path}" class="spark-line"/><circle cx="{x}" cy="{y}" r="2.4" class="spark-end"/></svg>',
        w=width,
        h=height,
        path=path,
        x=f"{places[-1][0]:.1f}",
        y=f"{places[-1][1]:.1f}",
    )


@register.simple_tag
def bullet(rate: float | Decimal | None, target: float = 100, scale: float = 125) -> SafeString:
    """A bar of `rate` percent with a tick where the target is; both are cut at `scale`."""
    value = 0.0 if rate is None else max(0.0, min(float(rate), scale))
    behind = " bullet-behind" if rate is None or float(rate) < target else ""
    return format_html(
        '<svg class="bullet{}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bullet-track" width="100" height="8" rx="2"/>'
        '<rect class="bullet-value" width="{}" height="8" rx="2"/>'
        '<rect class="bullet-tick" x="{}" y="-3" width="1.6" height="14"/></svg>',
        behind,
        f"{value / scale * 100:.1f}",
        f"{min(target, scale) / scale * 100 - 0.8:.1f}",
    )


@register.simple_tag
def meter(value: float | Decimal) -> SafeString:
    """A plain bar of 0 to 100, without target."""
    return format_html(
        '<svg class="bullet" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bullet-track" width="100" height="8" rx="2"/>'
        '<rect class="bullet-value" width="{}" height="8" rx="2"/></svg>',
        f"{max(0.0, min(float(value), 100.0)):.1f}",
    )


@register.simple_tag
def bits(value: float) -> SafeString:
    """Evidence in bits: a bar to the right of the middle speaks for, one to the left against; with the number."""
    width = min(abs(value), BITS_SHOWN) / BITS_SHOWN * 50
    said = (_("支持 {n} 比特") if value > 0 else _("反对 {n} 比特")).format(n=f"{abs(value):.1f}")
    return format_html(
        '<svg class="bits{}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<title>{}</title><rect class="bits-track" y="3" width="100" height="2"/>'
        '<rect class="bits-value" x="{}" width="{}" height="8"/>'
        '<rect class="bits-middle" x="49.4" width="1.2" height="8"/></svg>',
        " bits-against" if value < 0 else "",
        said,
        said,
        f"{50 if value > 0 else 50 - width:.1f}",
        f"{width:.1f}",
    )


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: object) -> str:
    """The current address with some parameters changed; an empty value removes the parameter.

    Any change of the filters starts again at the first page.
    """
    query = context["request"].GET.copy()
    query.pop("after", None)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.filter
def days_ago(days: int | None) -> str:
    """今天, 3 天前, or 从未."""
    if days is None:
        return _("从未")
    return _("今天") if days <= 0 else _("{n} 天前").format(n=days)


@register.simple_tag
def gap(value: float) -> str:
    """A share such as 0.0012 in percent, with enough places to be read."""
    return f"{value * 100:.2f}%" if value >= 0.0001 or value == 0 else "< 0.01%"


@register.filter
def signed(value: float | Decimal, places: int = 0) -> str:
    """A change with its sign: +38, −38, 0."""
    return f"{value:+,.{places}f}".replace("-", "−") if value else "0"


@register.filter
def duration(seconds: float) -> str:
    """0.4 秒, 12 秒, 3 分 05 秒."""
    if seconds < 10:
        return _("{n} 秒").format(n=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    return _("{m} 分 {s} 秒").format(m=minutes, s=f"{rest:02d}") if minutes else _("{n} 秒").format(n=rest)
