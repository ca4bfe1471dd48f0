//! Evidence of one check, written to a folder to settle a dispute. It shows a person's face and data,
//! so the access is journalled before anything is written (OPS-3).

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use senim_core::Timestamp;
use senim_core::agreement::Acceptance;
use senim_core::id::{Iin, SessionId};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::liveness::pack::{Kind, Pack};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::messages::{self, Delivery};
use senim_core::jose::sha256;
use senim_store::{self as store, Tx};

pub const BUNDLE: &str = "bundle.json";
pub const PACK: &str = "frames.pack";
/// Who it was about, what they accepted, and the text messages with their delivery.
pub const SESSION: &str = "session.json";
pub const SEAL: &str = "seal.jws";

/// The JWS's type.
pub const SEAL_TYPE: &str = "senim-evidence+jwt";

/// What the platform signs, to prove that these are the files it kept.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    pub session: SessionId,
    pub check: u8,
    /// SHA-256 in hexadecimal.
    pub bundle: String,
    pub session_facts: String,
    /// `None` if the frames were deleted at the end of their retention.
    pub pack: Option<String>,
    pub exported_at: Timestamp,
}

/// What the conclusion of a dispute needs besides the check itself (DSP-1).
#[derive(Serialize)]
struct SessionFacts {
    session: SessionId,
    iin: Option<Iin>,
    full_name: Option<String>,
    agreement: Option<Acceptance>,
    messages: Vec<Delivery>,
}

/// `by`: an operator of the console; `because`: which dispute.
pub async fn export(
    app: &App,
    (session, check): (SessionId, u8),
    folder: &Path,
    by: &str,
    because: &str,
) -> anyhow::Result<Seal> {
    let now = app.now();
    let (found, pack, facts) = app
        .store
        .transact("evidence.export", async |tx| {
            if store::operator::load(tx, by).await?.is_none() {
                return Ok((None, None, None));
            }
            let bundle = store::evidence::bundle(tx, session, check).await?;
            let pack = store::evidence::frames(tx, session, check).await?;
            if bundle.is_some() || pack.is_some() {
                let (reason, frames) = (because.to_owned(), pack.is_some());
                let event = Event::EvidenceExported { check, reason, frames };
                let actor = Actor::Operator(by.to_owned());
                store::journal::append(tx, actor, Subject::Session(session), event, now).await?;
            }
            let facts = facts(tx, app, session).await?;
            Ok::<_, store::StoreError>((Some(bundle), pack, facts))
        })
        .await?;
    let bundle = found.with_context(|| format!("no operator is called `{by}`"))?;
    let (bundle, digest) = bundle.context("there is no evidence of such a check")?;
    ensure!(sha256(&bundle) == digest, "the bundle is not the one whose digest was kept beside it");
    let facts = serde_json::to_vec_pretty(&facts)?;
    let seal = Seal {
        session,
        check,
        bundle: digest,
        session_facts: sha256(&facts),
        pack: pack.as_deref().map(sha256),
        exported_at: now,
    };
    let signed = app.keys.sign(SEAL_TYPE, &seal, now).map_err(|it| anyhow::anyhow!("{it}"))?;
    // Readable by the owner only.
    let made = DirBuilder::new().mode(0o700).create(folder);
    made.with_context(|| format!("`{}` can't be made", folder.display()))?;
    fs::write(folder.join(BUNDLE), bundle)?;
    fs::write(folder.join(SESSION), facts)?;
    fs::write(folder.join(SEAL), signed)?;
    if let Some(pack) = pack {
        pictures(&pack, folder)?;
        fs::write(folder.join(PACK), pack)?;
    }
    Ok(seal)
}

async fn facts(
    tx: &mut Tx,
    app: &App,
    session: SessionId,
) -> Result<Option<SessionFacts>, store::StoreError> {
    let Some(dialogue) = store::identity::load(tx, session).await? else { return Ok(None) };
    let content = dialogue.content;
    Ok(Some(SessionFacts {
        session,
        iin: content.session.person().map(|it| it.iin.clone()),
        full_name: content.full_name,
        agreement: content.agreement,
        messages: messages::of_session(tx, app, session).await?,
    }))
}

/// The frames as files for people: `07-3-peak.jpg` is the eighth frame, of the challenge's fourth step.
fn pictures(pack: &[u8], folder: &Path) -> anyhow::Result<()> {
    let pack = Pack::read_any(pack)?;
    for (index, frame) in pack.frames.iter().enumerate() {
        let kind = match frame.kind {
            Kind::Passing => "passing".to_owned(),
            Kind::Peak => "peak".to_owned(),
            Kind::Portrait => "portrait".to_owned(),
            Kind::Colour(colour) => format!("colour-{colour}"),
        };
        let name = format!("{index:02}-{}-{kind}.jpg", frame.step);
        fs::write(folder.join(name), frame.jpeg)?;
    }
    Ok(())
}
