//! The nets run by rten, in the order in which core looks at a frame.

use std::collections::BTreeMap;

use rten::{Model, Value, ValueOrView};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;
use senim_core::liveness::Seen;
use senim_core::liveness::facts::facts;
use senim_core::liveness::pack::{Pack, check_frames};
use senim_core::photo::{Answer, Net, Nets};

use crate::picture;

pub(crate) struct Runtime(BTreeMap<Net, Model>);

impl Runtime {
    pub(crate) fn load(nets: Vec<(String, Vec<u8>)>) -> Result<Self, String> {
        let mut models = BTreeMap::new();
        for (name, bytes) in nets {
            let net = Net::ALL.into_iter().find(|it| it.name() == name);
            let net = net.ok_or_else(|| format!("no net is called `{name}`"))?;
            let model = Model::load(bytes).map_err(|error| format!("{name}: {error}"))?;
            models.insert(net, model);
        }
        Ok(Self(models))
    }

    pub(crate) fn look(&self, pack: &Pack<'_>) -> Result<Vec<Seen>, String> {
        check_frames(&pack.frames).map_err(|it| it.code().to_owned())?;
        let mut first = None;
        pack.frames
            .iter()
            .map(|frame| {
                let image = picture::decode(frame.jpeg).map_err(|it| it.code().to_owned())?;
                let facts = facts(self, &image, &mut first)?;
                Ok(Seen { step: frame.step, kind: frame.kind, at_ms: frame.at_ms, facts })
            })
            .collect()
    }
}

impl Nets for Runtime {
    type Error = String;

    fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer, String> {
        let failed = |why: &str| format!("{}: {why}", net.name());
        let model = self.0.get(&net).ok_or_else(|| failed("was not given"))?;
        if input.len() != shape.iter().product::<usize>() {
            return Err(failed("the input does not fit its shape"));
        }
        let tensor = NdTensorView::from_data(shape, input);
        let &place = model.input_ids().first().ok_or_else(|| failed("no input"))?;
        let outputs = model.output_ids();
        let values = model
            .run(vec![(place, ValueOrView::from(tensor.as_dyn()))], outputs, None)
            .map_err(|error| failed(&error.to_string()))?;
        outputs
            .iter()
            .zip(values)
            .map(|(&output, value)| {
                let info = model.node_info(output);
                let name = info.and_then(|it| it.name().map(str::to_owned)).unwrap_or_default();
                let Value::FloatTensor(numbers) = value else {
                    return Err(failed("an output is not of floats"));
                };
                Ok((name, numbers.to_vec()))
            })
            .collect()
    }
}
