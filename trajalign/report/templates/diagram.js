// The diagram that can be moved through. Everything it shows was computed before; it takes over
// from the picture that stands in its place where there are no scripts.
for (const box of document.querySelectorAll(".explorer")) explore(box);

function explore(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const svg = box.querySelector("svg"), told = box.querySelector("output");
  const [eta, start] = box.querySelectorAll("input[type=range]");
  const W = 720, H = 430, PAD = [46, 12, 40, 12]; // left, top, bottom, right
  const whole = { x: [...data.x], y: [...data.y] };
  let view = structuredClone(whole), drag = null;

  const inner = { w: W - PAD[0] - PAD[3], h: H - PAD[1] - PAD[2] };
  const X = x => PAD[0] + (x - view.x[0]) / (view.x[1] - view.x[0]) * inner.w;
  const Y = y => PAD[1] + (view.y[1] - y) / (view.y[1] - view.y[0]) * inner.h;
  const from = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const orbit = () => data.orbits[eta.value][start.value];

  function ticks([low, high]) {
    const rough = (high - low) / 6, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(+(k * step).toPrecision(12));
    return found;
  }

  function draw() {
    svg.replaceChildren();
    const inside = from("svg", { x: PAD[0], y: PAD[1], width: inner.w, height: inner.h,
      viewBox: `${PAD[0]} ${PAD[1]} ${inner.w} ${inner.h}` });
    svg.append(inside);
    inside.append(from("rect", { x: PAD[0], y: PAD[1], width: inner.w, height: inner.h, class: "frame" }));
    for (const curve of data.curves) {
      const points = curve.x.map((x, k) => `${X(x).toFixed(2)},${Y(curve.y[k]).toFixed(2)}`);
      inside.append(from("polyline", { points: points.join(" "), class: curve.look }));
    }
    const shown = orbit();
    shown.t.forEach((t, k) => inside.append(
      from("circle", { cx: X(shown.p[k]).toFixed(2), cy: Y(shown.q[k]).toFixed(2), r: 2.6, class: "orbit" })));
    for (const mark of data.marks) {
      inside.append(from("circle", { cx: X(mark.x), cy: Y(mark.y), r: 3.2, class: "mark" }));
      const left = X(mark.x) + 8 * mark.label.length > W; // else it would be cut off
      inside.append(from("text", { x: X(mark.x) + (left ? -8 : 6), y: Y(mark.y) - 6,
        "text-anchor": left ? "end" : "start" }, mark.label));
    }
    for (const x of ticks(view.x)) svg.append(from("text", { x: X(x), y: H - 22, "text-anchor": "middle" }, x));
    for (const y of ticks(view.y)) svg.append(from("text", { x: PAD[0] - 6, y: Y(y) + 4, "text-anchor": "end" }, y));
    svg.append(from("text", { x: PAD[0] + inner.w / 2, y: H - 5, "text-anchor": "middle", class: "name" }, "p"));
    svg.append(from("text", { x: 10, y: PAD[1] + inner.h / 2, class: "name" }, "q"));
    box.querySelector(".eta").textContent = data.etas[eta.value];
    box.querySelector(".start").textContent = data.starts[start.value];
    told.textContent = `η = ${data.etas[eta.value]}, from p0 = ${data.starts[start.value]}, ` +
      `q0 = ${data.q0}: ${shown.end}`;
  }

  function zoom(factor, at = { x: (view.x[0] + view.x[1]) / 2, y: (view.y[0] + view.y[1]) / 2 }) {
    for (const axis of ["x", "y"]) view[axis] = view[axis].map(v => at[axis] + (v - at[axis]) * factor);
    draw();
  }

  function pan(x, y) {
    const across = x * (view.x[1] - view.x[0]), up = y * (view.y[1] - view.y[0]);
    view.x = view.x.map(v => v + across);
    view.y = view.y.map(v => v + up);
    draw();
  }

  function place(event) {
    const seen = svg.getBoundingClientRect();
    const px = (event.clientX - seen.left) / seen.width * W, py = (event.clientY - seen.top) / seen.height * H;
    return {
      px, py,
      x: view.x[0] + (px - PAD[0]) / inner.w * (view.x[1] - view.x[0]),
      y: view.y[1] - (py - PAD[1]) / inner.h * (view.y[1] - view.y[0]),
    };
  }

  function hover(event) {
    const at = place(event), shown = orbit();
    let best = 14, k = -1;
    shown.p.forEach((p, i) => {
      const far = Math.hypot(X(p) - at.px, Y(shown.q[i]) - at.py);
      if (far < best) [best, k] = [far, i];
    });
    told.textContent = k < 0 ? `p = ${at.x.toPrecision(4)}, q = ${at.y.toPrecision(4)}`
      : `step ${shown.t[k]}: p = ${shown.p[k]}, q = ${shown.q[k]}`;
  }

  svg.addEventListener("pointerdown", event => { drag = place(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointerup", () => { drag = null; });
  svg.addEventListener("pointermove", event => {
    if (!drag) return hover(event);
    const at = place(event);
    pan((drag.x - at.x) / (view.x[1] - view.x[0]), (drag.y - at.y) / (view.y[1] - view.y[0]));
  });
  svg.addEventListener("wheel", event => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, place(event));
  }, { passive: false });
  svg.addEventListener("keydown", event => {
    const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    if (moves[event.key]) pan(...moves[event.key]);
    else if (event.key === "+") zoom(1 / 1.3);
    else if (event.key === "-") zoom(1.3);
    else return;
    event.preventDefault();
  });
  for (const slider of [eta, start]) slider.addEventListener("input", draw);
  const act = { in: () => zoom(1 / 1.3), out: () => zoom(1.3), back: () => { view = structuredClone(whole); draw(); } };
  for (const button of box.querySelectorAll("button")) button.addEventListener("click", act[button.value]);

  box.hidden = false;
  for (const picture of document.querySelectorAll(`[data-replaced-by="${box.id}"]`)) picture.hidden = true;
  draw();
}
