//! The judge: core's liveness as a component that can reach nothing, so that a verdict can be made again (DSP-1).

mod look;
mod picture;

use senim_core::liveness::Question;
use senim_core::liveness::pack::Pack;

use self::look::Runtime;

wit_bindgen::generate!({ world: "judge", path: "wit" });

struct Judge;

impl Guest for Judge {
    fn verdict(question: Vec<u8>) -> Result<Vec<u8>, String> {
        let question: Question =
            serde_json::from_slice(&question).map_err(|error| error.to_string())?;
        serde_json::to_vec(&question.verdict()).map_err(|error| error.to_string())
    }

    fn look(nets: Vec<(String, Vec<u8>)>, pack: Vec<u8>) -> Result<Vec<u8>, String> {
        let pack = Pack::read_any(&pack).map_err(|error| error.problem().code().to_owned())?;
        let seen = Runtime::load(nets)?.look(&pack)?;
        serde_json::to_vec(&seen).map_err(|error| error.to_string())
    }
}

export!(Judge);
