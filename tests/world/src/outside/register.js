// Takes a picture with the webcam and sends it with what the person typed.
"use strict";
const form = document.getElementById("register");
const camera = document.getElementById("camera");
const picture = document.getElementById("picture");
const take = document.getElementById("take");
const again = document.getElementById("again");
const upload = document.getElementById("upload");
const complaint = document.getElementById("complaint");
let photo = null;

const complain = (about) => {
  complaint.textContent = form.dataset[about] ?? form.dataset.notKept;
  complaint.hidden = false;
  complaint.scrollIntoView({ block: "center" });
};

const start = async () => {
  try {
    camera.srcObject = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    await camera.play();
    complaint.hidden = true;
    return true;
  } catch {
    complain("camera");
    return false;
  }
};

const show = (taken) => {
  picture.hidden = !taken;
  camera.hidden = taken;
  again.hidden = !taken;
  take.hidden = taken;
};

/** The longer side of an uploaded photo. */
const SIDE_MAX = 1600;

take.addEventListener("click", async () => {
  if (!camera.videoWidth && !(await start())) return;
  taken(camera, camera.videoWidth, camera.videoHeight);
});

upload.addEventListener("change", async () => {
  const [file] = upload.files;
  upload.value = "";
  if (!file) return;
  try {
    // Upright, whichever way the phone was held.
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE_MAX / Math.max(image.width, image.height));
    taken(image, Math.round(image.width * scale), Math.round(image.height * scale));
  } catch {
    complain("upload");
  }
});

const taken = (source, width, height) => {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(source, 0, 0, width, height);
  const url = canvas.toDataURL("image/jpeg", 0.92);
  photo = url.slice(url.indexOf(",") + 1);
  picture.src = url;
  complaint.hidden = true;
  show(true);
  again.focus();
};

again.addEventListener("click", () => {
  photo = null;
  show(false);
  take.focus();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  complaint.hidden = true;
  const fields = Object.fromEntries(new FormData(form));
  if (!photo) return complain("photo");
  if (!fields.birthDate) return complain("birthDate");
  try {
    const answer = await fetch("/register", {
      method: "POST",
      headers: { "content-type": "application/json", "senim-page": "1" },
      body: JSON.stringify({ ...fields, photo }),
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const about = (told.problem ?? "not-kept").replace(/-(.)/g, (_, letter) => letter.toUpperCase());
      return complain(about);
    }
    document.getElementById("iin").textContent = told.iin;
    form.hidden = true;
    camera.srcObject?.getTracks().forEach((track) => track.stop());
    const done = document.getElementById("done");
    done.hidden = false;
    done.focus();
  } catch {
    complain("notKept");
  }
});

start();
