// What axe finds, a line each. A widget's shadow is looked into as well.
return axe
  .run(document, { rules: { "label-content-name-mismatch": { enabled: true } } })
  .then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`));
