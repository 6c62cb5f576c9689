const api = (window.ANIME_API_URL || "").replace(/\/$/, "");
const at = (id) => document.getElementById(id);
const STAGES = {
  decode: "Reading the photo", stylise: "Painting", detect: "Looking for faces",
  paste: "Painting faces", encode: "Finishing", store: "Finishing",
};
// Browsers know no type for some of these.
const TYPES = { heic: "image/heic", heif: "image/heif", avif: "image/avif" };
let shown = [];

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(api + path, options);
  } catch {
    throw new Error("The server can not be reached. Are you online?");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(words(body));
  return body;
}

const words = (problem) =>
  [problem.title ?? "Something went wrong", problem.detail].filter(Boolean).join(": ");

const post = (path, body) => ask(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});

function tell(text, percent) {
  at("stage").textContent = text;
  at("bar").value = percent;
}

async function send(file) {
  const type = file.type || TYPES[file.name.split(".").pop().toLowerCase()] || "image/jpeg";
  const order = { file_name: file.name, size: file.size, content_type: type };
  const upload = await post("/api/v1/uploads", order);
  const sent = await fetch(upload.url, {
    method: upload.method, headers: upload.headers, body: file,
  }).catch(() => null);
  if (!sent?.ok) throw new Error("The photo could not be sent. Please try again.");
  return upload.upload_id;
}

async function follow(job) {
  while (job.status === "queued" || job.status === "running") {
    tell(job.status === "queued" ? "Waiting for a painter" : STAGES[job.stage] ?? "Painting",
      Math.max(job.percent, 3));
    job = await ask(`/api/v1/jobs/${job.job_id}?wait=20`);
  }
  if (job.status !== "succeeded") throw new Error(words(job.problem ?? { title: "Too late" }));
  return job;
}

async function show(file, job) {
  const picture = await fetch(job.result_url).catch(() => null);
  if (!picture?.ok) throw new Error("The picture could not be fetched. Please try again.");
  shown.forEach(URL.revokeObjectURL);
  shown = [file, await picture.blob()].map((blob) => URL.createObjectURL(blob));
  [at("before").src, at("after").src] = shown;
  at("download").href = shown[1];
  at("download").download = `${job.file_name.replace(/\.[^.]*$/, "")}_anime.${job.result.format.replace("jpeg", "jpg")}`;
  at("result").hidden = false;
}

async function paint(file) {
  at("problem").hidden = at("result").hidden = true;
  at("progress").hidden = false;
  at("paint").disabled = true;
  try {
    tell("Sending the photo", 0);
    const upload_id = await send(file);
    await show(file, await follow(await post("/api/v1/jobs",
      { upload_id, style: at("style").value })));
  } catch (error) {
    at("problem").textContent = error.message;
    at("problem").hidden = false;
  } finally {
    at("progress").hidden = true;
    at("paint").disabled = false;
  }
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  paint(at("photo").files[0]);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  at("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      at("photo").files = event.dataTransfer.files;
    }
  });
}

const styles = await ask("/api/v1/styles").catch(() => [{ id: "hayao", title: "Hayao", installed: true }]);
at("style").replaceChildren(
  ...styles.filter((style) => style.installed).map((style) => new Option(style.title, style.id)),
);
