/** Taking a photo with this machine's camera, or with the phone's own camera app. */

import { words } from "../words.js";
import { at, say } from "./dom.js";

const JPEG_QUALITY = 0.95;
let stream = null;
let facing = "user";

export function setUpCamera(desk) {
  // Pages that came over plain HTTP have no camera; a phone offers its own for the other input.
  const inPage = Boolean(navigator.mediaDevices?.getUserMedia);
  const isPhone = matchMedia("(pointer: coarse)").matches;
  at("take").hidden = !inPage && !isPhone;
  at("take").addEventListener("click", () => {
    if (inPage) open();
    else at("snapshot").click();
  });
  at("shoot").addEventListener("click", async () => {
    const photo = await shot();
    at("camera").close();
    desk.add([photo]);
  });
  at("viewfinder").addEventListener("loadedmetadata", () => { at("shoot").disabled = false; });
  at("turn").addEventListener("click", () => {
    facing = facing === "user" ? "environment" : "user";
    start();
  });
  at("camera-close").addEventListener("click", () => at("camera").close());
  at("camera").addEventListener("close", stop);
}

async function open() {
  at("camera").showModal();
  await start();
  const devices = await navigator.mediaDevices.enumerateDevices();
  at("turn").hidden = devices.filter(({ kind }) => kind === "videoinput").length < 2;
}

async function start() {
  at("camera-trouble").hidden = true;
  at("shoot").disabled = true;
  // Many phones open no camera while another one is open.
  stop();
  try {
    const video = { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1920 } };
    const fresh = await navigator.mediaDevices.getUserMedia({ video });
    // Another start may have been quicker.
    stop();
    stream = fresh;
    at("viewfinder").srcObject = stream;
  } catch (error) {
    const name = error.name === "NotAllowedError" ? "camera_refused" : "camera_missing";
    say(at("camera-trouble"), words(name));
    at("camera-trouble").hidden = false;
  }
  // It was closed meanwhile.
  if (!at("camera").open) stop();
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  at("viewfinder").srcObject = null;
}

async function shot() {
  const video = at("viewfinder");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  return new File([blob], "camera.jpg", { type: "image/jpeg" });
}
