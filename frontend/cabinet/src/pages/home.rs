//! The start page: what the cabinet is for, and the way in.

use senim_kit::components::{Frame, Logo};
use senim_kit::language::use_language;
use senim_kit::route::Link;
use yew::prelude::*;

use super::sign_in::SignInButton;
use crate::words::cabinet;

#[function_component]
pub(crate) fn HomePage() -> Html {
    let language = use_language();
    let navigation = html! {
        <nav class="navigation">
            <Link to="/cabinet" test="nav-cabinet">{ cabinet::PAGE.say(language) }</Link>
        </nav>
    };
    html! {
        <Frame title={cabinet::PAGE.say(language)} home="/" {navigation}>
            <div class="hero">
                <div class="hero-mark"><Logo /></div>
                <h1>{ cabinet::HOME_TITLE.say(language) }</h1>
                <p class="lead">{ cabinet::HOME_LEAD.say(language) }</p>
                <SignInButton />
                <p class="soft">{ cabinet::HOME_HOW.say(language) }</p>
            </div>
            <ul class="points">
                for (title, text) in [
                    (cabinet::POINT_SEE_TITLE, cabinet::POINT_SEE),
                    (cabinet::POINT_STOP_TITLE, cabinet::POINT_STOP),
                    (cabinet::POINT_FACE_TITLE, cabinet::POINT_FACE),
                ] {
                    <li>
                        <h2>{ title.say(language) }</h2>
                        <p>{ text.say(language) }</p>
                    </li>
                }
            </ul>
        </Frame>
    }
}
