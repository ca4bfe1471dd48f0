//! The camera step: guidance while the client settles, a series of pictures, what came of it.

use std::cell::RefCell;
use std::rc::Rc;

use senim_core::identity::view::IdentityView;
use senim_core::photo::Guidance;
use senim_core::text::Language;
use senim_kit::api::Trouble;
use senim_kit::components::{Button, ButtonKind, Notice, Spinner, Tone};
use senim_kit::language::use_language;
use senim_kit::upload::post_pictures;
use senim_kit::words::{Word, camera, common, problems};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;
use yew::prelude::*;

use super::series::{Course, take};
use crate::camera::{CameraFault, Guide};

/// More than the server's least: the worst of them may be left out there.
const FRAMES: u8 = 5;
const FRAMES_MAX: u8 = 12;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    Idle,
    Asking,
    Preparing,
    Looking(Option<Guidance>),
    /// No guidance: the client says when.
    Blind,
    Taking(usize),
    Sending(u8),
    Broken(CameraFault),
}

#[derive(Properties, PartialEq)]
pub(crate) struct LivenessProps {
    pub checks_left: u8,
    pub last_problem: Option<String>,
    pub frames_min: u8,
    pub onview: Callback<IdentityView>,
    pub ontrouble: Callback<Trouble>,
}

#[function_component]
pub(crate) fn Liveness(props: &LivenessProps) -> Html {
    let language = use_language();
    let phase = use_state_eq(|| Phase::Idle);
    let video = use_node_ref();
    // Started while the client still reads, so that it is warm when the camera is on.
    let guide = use_memo((), |()| RefCell::new(Guide::start().map(Rc::new)));
    let course = use_memo((), |()| RefCell::new(None::<Rc<Course>>));
    {
        let (guide, course) = (guide.clone(), course.clone());
        use_effect_with((), move |()| {
            move || {
                if let Some(course) = course.borrow_mut().take() {
                    course.stop();
                }
                guide.borrow_mut().take();
            }
        });
    }
    let frames = usize::from(props.frames_min.clamp(FRAMES, FRAMES_MAX));
    let start = {
        let (video, guide, course, phase) =
            (video.clone(), guide.clone(), course.clone(), phase.clone());
        let (onview, ontrouble) = (props.onview.clone(), props.ontrouble.clone());
        Callback::from(move |()| {
            let Some(video) = video.cast::<HtmlVideoElement>() else { return };
            let running = Rc::new(Course::new(frames, phase.setter()));
            if let Some(before) = course.borrow_mut().replace(running.clone()) {
                before.stop();
            }
            let guide = guide.borrow().clone();
            let (phase, onview, ontrouble) = (phase.clone(), onview.clone(), ontrouble.clone());
            phase.set(Phase::Asking);
            spawn_local(async move {
                let pictures = match take(video, guide, &running).await {
                    Ok(Some(pictures)) => pictures,
                    Ok(None) => return,
                    Err(fault) => return phase.set(Phase::Broken(fault)),
                };
                let progress = {
                    let phase = phase.clone();
                    move |percent| phase.set(Phase::Sending(percent))
                };
                phase.set(Phase::Sending(0));
                let answer =
                    post_pictures("/api/identity/liveness", "frame", &pictures, progress).await;
                phase.set(Phase::Idle);
                match answer {
                    Ok(view) => onview.emit(view),
                    Err(trouble) => ontrouble.emit(trouble),
                }
            });
        })
    };
    let stop = {
        let (course, phase) = (course.clone(), phase.clone());
        Callback::from(move |()| {
            if let Some(course) = course.borrow_mut().take() {
                course.stop();
            }
            phase.set(Phase::Idle);
        })
    };
    let shoot = {
        let course = course.clone();
        Callback::from(move |()| {
            if let Some(course) = &*course.borrow() {
                course.shoot();
            }
        })
    };
    let shows = matches!(
        *phase,
        Phase::Asking | Phase::Preparing | Phase::Looking(_) | Phase::Blind | Phase::Taking(_)
    );
    let good = matches!(*phase, Phase::Looking(Some(Guidance::Good)) | Phase::Taking(_));
    let left = camera::CHECKS_LEFT.fill(language, &[("count", &props.checks_left.to_string())]);
    html! {
        <>
            <h1 tabindex="-1">{ camera::TITLE.say(language) }</h1>
            if !shows {
                { outcome(&phase, props.last_problem.as_deref(), language) }
            }
            <div class={classes!("camera", good.then_some("camera-good"))} hidden={!shows}>
                <video
                    ref={video}
                    autoplay=true
                    muted=true
                    playsinline=true
                    aria-label={camera::PREVIEW.say(language)}
                />
                <svg class="camera-oval" viewBox="0 0 400 300" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
                    <path
                        class="camera-shade"
                        fill-rule="evenodd"
                        d="M0 0h400v300H0zM200 26c-52 0-88 50-88 112s40 124 88 124 88-62 88-124S252 26 200 26z"
                    />
                    <path
                        class="camera-line"
                        d="M200 26c-52 0-88 50-88 112s40 124 88 124 88-62 88-124S252 26 200 26z"
                    />
                </svg>
                <p class="camera-hint" role="status" aria-live="polite" data-test="camera-hint">
                    { hint(&phase, frames, language) }
                </p>
            </div>
            { controls(&phase, props.last_problem.is_some(), language, &start, &stop, &shoot) }
            <p class="soft" data-test="checks-left">{ left }</p>
        </>
    }
}

/// What stands in the camera's place while it is off.
fn outcome(phase: &Phase, last_problem: Option<&str>, language: Language) -> Html {
    match phase {
        Phase::Broken(fault) => html! {
            <Notice tone={Tone::Bad} test="camera-fault">{ fault.sentence(language) }</Notice>
        },
        Phase::Sending(percent) if *percent < 100 => {
            let text = camera::SENDING.fill(language, &[("percent", &percent.to_string())]);
            html! {
                <div class="progress" data-test="camera-progress">
                    <progress id="sending" max="100" value={percent.to_string()} />
                    <label for="sending">{ text }</label>
                </div>
            }
        }
        Phase::Sending(_) => html! { <Spinner text={camera::JUDGING.say(language)} /> },
        Phase::Idle
        | Phase::Asking
        | Phase::Preparing
        | Phase::Looking(_)
        | Phase::Blind
        | Phase::Taking(_) => html! {
            <>
                if let Some(code) = last_problem {
                    <Notice tone={Tone::Warn} test="last-problem">
                        { problems::sentence(code, language).unwrap_or(problems::NOT_LIVE.say(language)) }
                    </Notice>
                } else {
                    <p class="lead">{ camera::LEAD.say(language) }</p>
                }
                <ul class="tips">
                    for (path, tip) in [
                        ("M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", camera::TIP_LIGHT),
                        ("M3 12c0-2 1.5-3 4-3s4 1 4 3-1.5 3-4 3-4-1-4-3zM13 12c0-2 1.5-3 4-3s4 1 4 3-1.5 3-4 3-4-1-4-3zM11 11.5q1-.8 2 0", camera::TIP_BARE),
                        ("M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.8-4 3.7-5.5 7.5-5.5s6.7 1.5 7.5 5.5", camera::TIP_ALONE),
                    ] {
                        <li>
                            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={path} /></svg>
                            <span>{ tip.say(language) }</span>
                        </li>
                    }
                </ul>
            </>
        },
    }
}

fn controls(
    phase: &Phase,
    again: bool,
    language: Language,
    start: &Callback<()>,
    stop: &Callback<()>,
    shoot: &Callback<()>,
) -> Html {
    let started = |word: Word| {
        html! {
            <Button test="camera-start" onclick={start.clone()}>{ word.say(language) }</Button>
        }
    };
    let buttons = match phase {
        Phase::Idle if again => started(common::TRY_AGAIN),
        Phase::Idle => started(camera::START),
        Phase::Broken(_) => started(common::TRY_AGAIN),
        Phase::Blind => html! {
            <>
                <Button test="camera-take" onclick={shoot.clone()}>{ camera::TAKE.say(language) }</Button>
                { stopped(stop, language) }
            </>
        },
        Phase::Asking | Phase::Preparing | Phase::Looking(_) | Phase::Taking(_) => {
            stopped(stop, language)
        }
        Phase::Sending(_) => return Html::default(),
    };
    html! { <div class="actions">{ buttons }</div> }
}

fn stopped(stop: &Callback<()>, language: Language) -> Html {
    html! {
        <Button kind={ButtonKind::Secondary} test="camera-stop" onclick={stop.clone()}>
            { camera::STOP.say(language) }
        </Button>
    }
}

/// The one thing that helps most now.
fn hint(phase: &Phase, frames: usize, language: Language) -> String {
    match phase {
        Phase::Asking => camera::ASKING.say(language).to_owned(),
        Phase::Preparing | Phase::Looking(None) => camera::PREPARING.say(language).to_owned(),
        Phase::Blind => camera::NO_GUIDANCE.say(language).to_owned(),
        Phase::Looking(Some(guidance)) => guidance_word(*guidance).say(language).to_owned(),
        Phase::Taking(count) => camera::TAKING
            .fill(language, &[("count", &count.to_string()), ("total", &frames.to_string())]),
        Phase::Idle | Phase::Sending(_) | Phase::Broken(_) => String::new(),
    }
}

fn guidance_word(guidance: Guidance) -> Word {
    match guidance {
        Guidance::NoFace => camera::HINT_NO_FACE,
        Guidance::SeveralFaces => camera::HINT_SEVERAL,
        Guidance::TooDark => camera::HINT_DARK,
        Guidance::TooBright => camera::HINT_BRIGHT,
        Guidance::TooFar => camera::HINT_FAR,
        Guidance::TooClose => camera::HINT_CLOSE,
        Guidance::OffCentre => camera::HINT_CENTRE,
        Guidance::TurnedAway => camera::HINT_TURNED,
        Guidance::RemoveGlasses => camera::HINT_GLASSES,
        Guidance::LightFromFront => camera::HINT_SIDE_LIGHT,
        Guidance::OpenEyes => camera::HINT_EYES,
        Guidance::LookHere => camera::HINT_GAZE,
        Guidance::HoldStill => camera::HINT_STILL,
        Guidance::Good => camera::HINT_GOOD,
    }
}
