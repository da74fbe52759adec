// Draws every [data-chart] once it comes into view; only then is the chart library downloaded.

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
let library = null;

function loadLibrary(source) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function trend({ x, values, target, unit, target_label: targetLabel }) {
  const ink = colour("--ink-3");
  const last = values.length - 1;
  return {
    animation: false,
    textStyle: { fontFamily: colour("--font") },
    grid: { left: 44, right: 56, top: 18, bottom: 24 },
    xAxis: {
      type: "category", boundaryGap: false, data: x,
      axisLine: { lineStyle: { color: colour("--line-strong") } },
      axisTick: { show: false }, axisLabel: { color: ink, fontSize: 11 },
    },
    yAxis: {
      // A line may start above zero (there is no filled area); the target is always inside the frame.
      type: "value", scale: true, splitNumber: 3,
      min: (range) => (target == null ? null : Math.min(range.min, target)),
      max: (range) => (target == null ? null : Math.max(range.max, target)),
      axisLabel: { color: ink, fontSize: 11 }, splitLine: { lineStyle: { color: colour("--line") } },
    },
    tooltip: { trigger: "axis", valueFormatter: (value) => `${value.toLocaleString()} ${unit}` },
    series: [{
      type: "line", data: values, symbol: "circle",
      symbolSize: (_, point) => (point.dataIndex === last ? 8 : 0),
      lineStyle: { width: 2.25, color: colour("--primary") }, itemStyle: { color: colour("--primary") },
      endLabel: {
        show: true, formatter: (point) => point.value.toLocaleString(),
        color: colour("--primary"), fontWeight: 600, fontSize: 13, distance: 8,
      },
      markLine: target == null ? undefined : {
        silent: true, symbol: "none", lineStyle: { color: "#8a6a2f", type: [4, 3], width: 1.25 },
        label: { formatter: targetLabel, color: "#7a5c22", position: "insideStartTop", fontSize: 11 },
        data: [{ yAxis: target }],
      },
    }],
  };
}

async function draw(element) {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const echarts = await loadLibrary(element.dataset.library);
  const chart = echarts.init(element, null, { renderer: "svg" });
  chart.setOption(trend(data));
  addEventListener("resize", () => chart.resize());
  element.dataset.ready = "1";
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    draw(entry.target);
  }
});
document.querySelectorAll("[data-chart]").forEach((element) => watcher.observe(element));
