//! The camera step on a phone, as the first device shows it: a code to scan, the number to compare, and the way back; and
//! what a client without a camera can do.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use senim_core::Timestamp;
use senim_core::id::SessionId;
use senim_core::identity::view::{CompareNumbers, PhoneLinkView, PhoneView};
use senim_core::participant::view::ParticipantName;
use senim_kit::action::use_action;
use senim_kit::api::{self, Nothing};
use senim_kit::browser::window;
use senim_kit::components::{Button, ButtonKind, Notice, Spinner, Support, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use yew::prelude::*;

use super::action::Action;
use super::countdown::use_countdown;
use crate::words::phone;

/// Modules of quiet around the code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

#[derive(Properties, PartialEq)]
pub(crate) struct PhonePartProps {
    pub session: SessionId,
    pub phone: Option<PhoneView>,
    pub links_left: u8,
    pub offset_ms: f64,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
    /// The session is to be read anew.
    pub load: Callback<()>,
}

#[function_component]
pub(crate) fn PhonePart(props: &PhonePartProps) -> Html {
    let language = use_language();
    let link = use_state(|| None::<PhoneLinkView>);
    let offer = {
        let (path, load) = (format!("/api/identity/{}/phone", props.session), props.load.clone());
        let link = link.setter();
        use_action(
            move |()| {
                let path = path.clone();
                async move { api::post::<PhoneLinkView>(&path, &Nothing {}).await }
            },
            move |made| {
                link.set(made.as_ref().ok().cloned());
                load.emit(());
            },
        )
    };
    let act = |action: Action| {
        let act = props.act.clone();
        Callback::from(move |()| act.emit(action.clone()))
    };
    let part = match &props.phone {
        Some(PhoneView::Opened { number }) => {
            let compared = |same| Action::Compare(CompareNumbers { number: *number, same });
            html! {
                <>
                    <p>{ phone::COMPARE.say(language) }</p>
                    <p class="number" data-test="phone-number">{ number.to_string() }</p>
                    <div class="actions">
                        <Button test="phone-same" busy={props.busy == Some("same")} onclick={act(compared(true))}>
                            { phone::SAME.say(language) }
                        </Button>
                        <Button
                            kind={ButtonKind::Secondary}
                            test="phone-other"
                            busy={props.busy == Some("other")}
                            onclick={act(compared(false))}
                        >
                            { phone::OTHER.say(language) }
                        </Button>
                    </div>
                    <p class="soft">{ phone::COMPARE_WHY.say(language) }</p>
                </>
            }
        }
        Some(PhoneView::Acting) => html! {
            <>
                <Spinner text={AttrValue::from(phone::ACTING.say(language))} />
                <div class="actions">
                    <Button
                        kind={ButtonKind::Secondary}
                        test="phone-take-back"
                        busy={props.busy == Some("take-back")}
                        onclick={act(Action::TakeBack)}
                    >
                        { phone::TAKE_BACK.say(language) }
                    </Button>
                </div>
            </>
        },
        Some(PhoneView::Offered { until }) => html! {
            <>
                if let Some(link) = link.as_ref().filter(|it| it.until == *until) {
                    <Shown address={link.address.clone()} until={*until} offset_ms={props.offset_ms} />
                } else {
                    <p>{ phone::LINK_HIDDEN.say(language) }</p>
                }
                <div class="actions">
                    if props.links_left > 0 {
                        <Button kind={ButtonKind::Secondary} test="phone-again" busy={offer.busy} onclick={offer.run.clone()}>
                            { phone::AGAIN.say(language) }
                        </Button>
                    }
                    <Button
                        kind={ButtonKind::Quiet}
                        test="phone-take-back"
                        busy={props.busy == Some("take-back")}
                        onclick={act(Action::TakeBack)}
                    >
                        { phone::HERE.say(language) }
                    </Button>
                </div>
            </>
        },
        Some(PhoneView::This) => Html::default(),
        None if props.links_left == 0 => html! { <p>{ phone::NO_MORE.say(language) }</p> },
        None => html! {
            <>
                <p>{ phone::LEAD.say(language) }</p>
                <div class="actions">
                    <Button
                        kind={ButtonKind::Secondary}
                        test="phone-offer"
                        busy={offer.busy}
                        onclick={offer.run.clone()}
                    >
                        { phone::OFFER.say(language) }
                    </Button>
                </div>
            </>
        },
    };
    html! {
        <section class="stack phone" aria-labelledby="phone-title" data-test="phone">
            <h2 id="phone-title">{ phone::TITLE.say(language) }</h2>
            if let Some(trouble) = &offer.trouble {
                <Notice tone={Tone::Bad} test="phone-trouble">{ trouble.sentence(language) }</Notice>
            }
            { part }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    address: String,
    until: Timestamp,
    offset_ms: f64,
}

#[function_component]
fn Shown(props: &ShownProps) -> Html {
    let language = use_language();
    let left = use_countdown(Some(props.until), props.offset_ms);
    if left == 0 {
        return html! { <p role="status">{ phone::GONE.say(language) }</p> };
    }
    let here_alone = matches!(
        window().location().hostname().unwrap_or_default().as_str(),
        "localhost" | "127.0.0.1" | "[::1]"
    );
    html! {
        <>
            <p>{ phone::SCAN.say(language) }</p>
            if let Some((size, path)) = drawing(&props.address) {
                <svg
                    class="qr"
                    viewBox={format!("0 0 {size} {size}")}
                    role="img"
                    aria-label={phone::CODE.say(language)}
                    shape-rendering="crispEdges"
                    data-test="phone-code"
                >
                    <path class="qr-ground" d={format!("M0 0h{size}v{size}h-{size}z")} />
                    <path class="qr-modules" d={path} />
                </svg>
            }
            <p class="code-row">{ phone::LEFT.fill(language, &[("time", &moment::countdown(left))]) }</p>
            if here_alone {
                <p class="soft">{ phone::HERE_ALONE.say(language) }</p>
            }
            <details>
                <summary>{ phone::CANNOT_SCAN.say(language) }</summary>
                <p>{ phone::TYPE.say(language) }</p>
                <p class="mono" data-test="phone-address">{ &props.address }</p>
            </details>
        </>
    }
}

/// The side in modules, and one path of all dark ones.
fn drawing(address: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (at, _) in colors.iter().enumerate().filter(|(_, it)| **it == Color::Dark) {
        let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
    }
    Some((width + 2 * QUIET, path))
}

#[derive(Properties, PartialEq)]
pub(crate) struct WithoutCameraProps {
    pub consumer: Option<ParticipantName>,
}

/// What is left to a client who has no camera at all.
#[function_component]
pub(crate) fn WithoutCamera(props: &WithoutCameraProps) -> Html {
    let language = use_language();
    html! {
        <details class="without-camera" data-test="without-camera">
            <summary>{ phone::WITHOUT_TITLE.say(language) }</summary>
            <div class="stack">
                if let Some(consumer) = &props.consumer {
                    <p>{ phone::WITHOUT_BANK.fill(language, &[("bank", &consumer.name)]) }</p>
                } else {
                    <p>{ phone::WITHOUT_CABINET.say(language) }</p>
                }
                <Support />
            </div>
        </details>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct WaitsProps {
    pub consumer: Option<ParticipantName>,
    pub number: u8,
}

/// On the phone, until the first device has confirmed its number.
#[function_component]
pub(crate) fn Waits(props: &WaitsProps) -> Html {
    let language = use_language();
    html! {
        <div class="stack" data-test="phone-waits">
            <h1 tabindex="-1">{ phone::WAITS_TITLE.say(language) }</h1>
            <p class="number" data-test="phone-number">{ props.number.to_string() }</p>
            <p class="lead">{ phone::WAITS_TEXT.say(language) }</p>
            <p>
                if let Some(consumer) = &props.consumer {
                    { phone::WAITS_FOR.fill(language, &[("bank", &consumer.name)]) }
                } else {
                    { phone::WAITS_CABINET.say(language) }
                }
            </p>
            <Spinner text={AttrValue::from(phone::WAITING.say(language))} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct DoneProps {
    /// Why the session has failed: a problem's code.
    pub problem: Option<String>,
}

/// On the phone, once its part is over.
#[function_component]
pub(crate) fn Done(props: &DoneProps) -> Html {
    let language = use_language();
    let sentence =
        props.problem.as_ref().and_then(|it| senim_kit::words::problems::sentence(it, language));
    html! {
        <div class="stack" data-test="phone-done">
            <h1 tabindex="-1">{ phone::DONE_TITLE.say(language) }</h1>
            if let Some(sentence) = sentence {
                <p class="lead">{ sentence }</p>
            }
            <p class="lead" role="status">{ phone::DONE_TEXT.say(language) }</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_code_with_its_quiet_zone() {
        let address = "https://id.example.kz/phone#0123456789abcdefghijABCDEFGHIJ0123456789_-x";
        let (side, path) = drawing(address).unwrap();
        assert_eq!((side - 2 * QUIET) % 4, 1, "a side is 17 modules and four a version");
        // The corner of the finder, behind the quiet zone.
        assert!(path.starts_with("M4 4h1v1h-1z"), "{path}");
        assert!(path.len() < 20_000);
    }
}
