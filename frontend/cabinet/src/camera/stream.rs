//! Opens the camera and says what is the matter with one that does not open.

use js_sys::JSON;
use senim_core::text::Language;
use senim_kit::browser::{sleep, window};
use senim_kit::words::camera;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, HtmlVideoElement, MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

/// What is asked for; a camera that has less gives what it has.
const WISH: &str = r#"{"facingMode":"user","width":{"ideal":1280},"height":{"ideal":720},"frameRate":{"ideal":30}}"#;
/// The floor of PHM-5, whichever way the device is held.
const SIDES_MIN: (u32, u32) = (640, 360);
/// A camera that was granted gives its first frame within this time.
const FIRST_FRAME_MS: u32 = 8_000;
const GLANCE_MS: u32 = 100;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CameraFault {
    Denied,
    Missing,
    Busy,
    Lost,
    Small { width: u32, height: u32 },
    Unsupported,
}

impl CameraFault {
    pub(crate) fn sentence(&self, language: Language) -> String {
        match self {
            Self::Denied => camera::DENIED.say(language).to_owned(),
            Self::Missing => camera::MISSING.say(language).to_owned(),
            Self::Busy => camera::BUSY.say(language).to_owned(),
            Self::Lost => camera::LOST.say(language).to_owned(),
            Self::Unsupported => camera::UNSUPPORTED.say(language).to_owned(),
            Self::Small { width, height } => {
                camera::SMALL.fill(language, &[("size", &format!("{width} × {height}"))])
            }
        }
    }

    /// The names are those of the Media Capture specification.
    fn of(error: &JsValue) -> Self {
        let name = error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default();
        match name.as_str() {
            "NotAllowedError" | "SecurityError" => Self::Denied,
            "NotFoundError" | "OverconstrainedError" => Self::Missing,
            "NotReadableError" | "AbortError" => Self::Busy,
            _ => Self::Unsupported,
        }
    }
}

/// An open camera shown in a `video`; its light goes out when this is dropped.
pub(crate) struct Camera {
    stream: MediaStream,
    video: HtmlVideoElement,
}

impl Camera {
    pub(crate) async fn open(video: HtmlVideoElement) -> Result<Self, CameraFault> {
        // Absent where the page is not in a secure context.
        let devices = window().navigator().media_devices().map_err(|_| CameraFault::Unsupported)?;
        if devices.is_undefined() {
            return Err(CameraFault::Unsupported);
        }
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&JSON::parse(WISH).map_err(|_| CameraFault::Unsupported)?);
        let stream = devices
            .get_user_media_with_constraints(&constraints)
            .map_err(|error| CameraFault::of(&error))?;
        let stream = JsFuture::from(stream).await.map_err(|error| CameraFault::of(&error))?;
        let stream = stream.unchecked_into::<MediaStream>();
        video.set_src_object(Some(&stream));
        let camera = Self { stream, video };
        if let Ok(playing) = camera.video.play() {
            // Refused only where the page goes away meanwhile.
            let _ = JsFuture::from(playing).await;
        }
        camera.first_frame().await?;
        Ok(camera)
    }

    async fn first_frame(&self) -> Result<(), CameraFault> {
        for _ in 0..FIRST_FRAME_MS / GLANCE_MS {
            let (width, height) = self.size();
            if width > 0 && height > 0 {
                let enough = width.max(height) >= SIDES_MIN.0 && width.min(height) >= SIDES_MIN.1;
                return if enough { Ok(()) } else { Err(CameraFault::Small { width, height }) };
            }
            if self.lost() {
                return Err(CameraFault::Lost);
            }
            sleep(GLANCE_MS).await;
        }
        Err(CameraFault::Busy)
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.video.video_width(), self.video.video_height())
    }

    pub(crate) fn video(&self) -> &HtmlVideoElement {
        &self.video
    }

    /// Unplugged, or taken away by the browser or the system.
    pub(crate) fn lost(&self) -> bool {
        !self.stream.active()
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        self.video.set_src_object(None);
    }
}
