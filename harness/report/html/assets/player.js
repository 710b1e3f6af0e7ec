/* Clips: a player with the waveform and the spectrogram that the report made. */

let sounding = null;
let address = null;

function silence() {
  if (sounding) sounding.pause();
  sounding = null;
  if (address) URL.revokeObjectURL(address);
  address = null;
}

function clock(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${Math.floor((seconds - whole) * 10)}`;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function fitted(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(Math.round(canvas.clientWidth * scale), 1);
  const height = Math.max(Math.round(canvas.clientHeight * scale), 1);
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  return canvas.getContext("2d");
}

function drawWave(canvas, peaks, share) {
  const context = fitted(canvas);
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const step = width / peaks.length;
  const played = colour("--accent"), ahead = colour("--muted");
  for (let i = 0; i < peaks.length; i++) {
    const tall = Math.max((peaks[i] / 255) * height * 0.94, 1.5);
    context.globalAlpha = i / peaks.length < share ? 1 : 0.45;
    context.fillStyle = i / peaks.length < share ? played : ahead;
    context.fillRect(i * step, (height - tall) / 2, Math.max(step * 0.62, 1), tall);
  }
}

function playerOf(record, clip) {
  const box = make("div", { className: "player" });
  const name = record.path || "clip";
  const note = make("div", { className: "note" }, name, clip.note ? ` – ${clip.note}` : "");
  const bytes = clip.embedded ? bytesOf(byId(`clip-${record.clip}`).textContent) : null;
  if (!bytes && !clip.src) {
    box.append(note);
    return box;
  }
  const audio = new Audio();
  audio.preload = bytes ? "auto" : "metadata";
  if (bytes) {
    address = URL.createObjectURL(new Blob([bytes], { type: clip.kind }));
    audio.src = address;
  } else audio.src = clip.src;
  const button = make("button", { type: "button", className: "play", title: "Play (p)", "aria-label": `Play ${name}` }, "▶");
  const canvas = make("canvas", { role: "slider", tabIndex: 0, "aria-label": "Position", "aria-valuemin": 0 });
  const time = make("span", { className: "time" }, clock(record.seconds));
  const peaks = clip.wave ? bytesOf(clip.wave) : new Uint8Array(180).fill(40);
  const length = () => (Number.isFinite(audio.duration) ? audio.duration : record.seconds || 0);
  const draw = () => {
    drawWave(canvas, peaks, length() ? audio.currentTime / length() : 0);
    time.textContent = `${clock(audio.currentTime)} / ${clock(length())}`;
    canvas.setAttribute("aria-valuenow", audio.currentTime.toFixed(1));
    canvas.setAttribute("aria-valuemax", length().toFixed(1));
  };
  const follow = () => { draw(); if (!audio.paused) requestAnimationFrame(follow); };
  button.addEventListener("click", () => {
    if (audio.paused) {
      if (sounding && sounding !== audio) sounding.pause();
      sounding = audio;
      audio.play().catch(() => { note.textContent = `${name} – the browser cannot play this file`; });
    } else audio.pause();
  });
  audio.addEventListener("play", () => { button.textContent = "❚❚"; follow(); });
  audio.addEventListener("pause", () => { button.textContent = "▶"; draw(); });
  audio.addEventListener("ended", () => { audio.currentTime = 0; draw(); });
  audio.addEventListener("error", () => { note.textContent = `${name} – the file is not where it was when the report was made`; });
  const seek = (seconds) => { audio.currentTime = Math.min(Math.max(seconds, 0), length()); draw(); };
  canvas.addEventListener("click", (event) => seek((event.offsetX / canvas.clientWidth) * length()));
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") seek(audio.currentTime + 1);
    else if (event.key === "ArrowLeft") seek(audio.currentTime - 1);
    else return;
    event.preventDefault();
  });
  box.append(button, canvas, time);
  if (spectra[record.clip]) {
    const spectrum = make("canvas", { className: "spectrum", title: "Spectrogram, 0 to 8 kHz, mel scale" });
    box.append(spectrum);
    drawSpectrum(spectrum, spectra[record.clip]).catch(() => spectrum.remove());
  }
  box.append(note);
  new ResizeObserver(draw).observe(canvas);
  return box;
}

/* --- spectrogram ------------------------------------------------------------------------------- */

const spectra = taken("data-spectra").split("\n");

async function drawSpectrum(canvas, text) {
  const [columns, bands] = index.spectrum;
  const bytes = new Uint8Array(await new Response(inflated(bytesOf(text))).arrayBuffer());
  const picture = new ImageData(columns, bands);
  const [red, green, blue] = colour("--accent").match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      const at = column * bands + band;
      const level = ((bytes[at >> 1] >> (at & 1 ? 0 : 4)) & 15) / 15;
      picture.data.set([red, green, blue, 255 * level ** 1.6], 4 * ((bands - 1 - band) * columns + column));
    }
  }
  canvas.width = columns;
  canvas.height = bands;
  canvas.getContext("2d").putImageData(picture, 0, 0);
}
