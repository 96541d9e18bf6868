//! The ratios to peers, and the figures beside their targets, as bars.

use std::fmt::Write as _;

use crate::figure::{Figure, Target};

const ROW: usize = 22;
const LEFT: usize = 290;
const WIDTH: f64 = 420.0;

/// Each figure that has a target, as a part of it: what is left of the line meets it.
pub fn svg(figures: &[Figure]) -> String {
    let rows: Vec<(&Figure, f64, bool)> = figures.iter().filter_map(row).collect();
    let height = ROW * (rows.len() + 3);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"10\" y=\"18\" fill=\"#222222\">Each figure as a part of its target: shorter is better, up to the line is met</text>\n",
        LEFT + 540
    );
    for (nth, (figure, part, met)) in rows.iter().enumerate() {
        let y = ROW * (nth + 2);
        let length = (part.min(2.0) * WIDTH / 2.0).max(1.0);
        let colour = if *met { "#2f7d4f" } else { "#b3402e" };
        // Cannot fail: writing to a string.
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#222222\">{}</text>\n\
             <rect x=\"{LEFT}\" y=\"{}\" width=\"{length:.0}\" height=\"14\" fill=\"{colour}\"/>\n\
             <text x=\"{:.0}\" y=\"{}\" fill=\"#222222\">{:.3} {}</text>\n",
            LEFT - 8,
            y + 11,
            figure.name,
            y,
            290.0 + length + 6.0,
            y + 11,
            figure.value(),
            figure.unit,
        );
    }
    let line = 290.0 + WIDTH / 2.0;
    let _ = write!(
        svg,
        "<line x1=\"{line:.0}\" y1=\"{}\" x2=\"{line:.0}\" y2=\"{}\" stroke=\"#222222\" stroke-dasharray=\"4 3\"/>\n</svg>\n",
        ROW + 10,
        ROW * (rows.len() + 2),
    );
    svg
}

fn row(figure: &Figure) -> Option<(&Figure, f64, bool)> {
    let target = figure.target?;
    let part = match target {
        Target::AtMost(most) => figure.value() / most,
        Target::AtLeast(least) => least / figure.value(),
    };
    part.is_finite().then(|| (figure, part, target.is_met(figure.value())))
}
