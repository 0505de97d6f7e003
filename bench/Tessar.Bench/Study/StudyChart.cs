using System.Globalization;
using System.Text;

namespace Tessar.Bench.Study;

/// <summary>Draws the study: two panels of test accuracy over epochs, in colours that stand out on white and on black.</summary>
internal static class StudyChart
{
    private const int Width = 340;
    private const int Height = 220;
    private const int Left = 48;
    private const int Top = 34;
    private const int Gap = 70;
    private const string Blue = "#3b82f6";
    private const string Orange = "#e8890c";
    private const string Gray = "#808891";

    public static string Draw(StudyFigures figures)
    {
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {2 * (Width + Gap)} {Height + 80}\""))
            .Append(Invariant($" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{Gray}\" role=\"img\">\n"));
        svg.Append("<title>Test accuracy of the cnn on fashion-mnist-mini, means of five seeds with 95 % intervals</title>\n");
        Panel(svg, Left, "AdamW: averaging against a schedule",
            ("cosine, tuned for each end", Orange, false,
                [.. figures.ScheduleFreeAgainstCosine.Select(h => (h.Epochs, h.Cosine))]),
            ("sf-adamw, one run", Blue, true, [.. figures.ScheduleFreeAgainstCosine.Select(h => (h.Epochs, h.ScheduleFree))]));
        Panel(svg, Left + Width + Gap, "SGD: with and without SAM",
            ("sgd", Orange, true, [.. figures.SamAgainstSgd.Select(p => (p.Epochs, p.Sgd))]),
            ("sam", Blue, true, [.. figures.SamAgainstSgd.Select(p => (p.Epochs, p.Sam))]));
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(
        StringBuilder svg, int left, string title,
        params (string Name, string Color, bool IsLine, (int Epoch, Interval Value)[] Points)[] series)
    {
        IEnumerable<Interval> all = series.SelectMany(s => s.Points.Select(p => p.Value));
        double low = Math.Floor(all.Min(v => v.Mean - v.Half)), high = Math.Ceiling(all.Max(v => v.Mean + v.Half));
        svg.Append(Invariant($"<text x=\"{left}\" y=\"18\" font-weight=\"600\">{title}</text>\n"));
        for (double tick = low; tick <= high; tick += high - low > 8 ? 2 : 1)
            svg.Append(Invariant($"<path d=\"M{left} {Y(tick):0.#}h{Width - 60}\" stroke=\"{Gray}\" stroke-opacity=\".25\"/>"))
                .Append(Invariant($"<text x=\"{left - 8}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{tick} %</text>\n"));
        for (int epoch = 1; epoch <= OptimizerStudy.Epochs; epoch++)
            svg.Append(Invariant($"<text x=\"{X(epoch, 0):0.#}\" y=\"{Top + Height + 18}\""))
                .Append(Invariant($" text-anchor=\"middle\">{epoch}</text>\n"));
        svg.Append(Invariant($"<text x=\"{left + (Width - 60) / 2}\" y=\"{Top + Height + 36}\""))
            .Append(" text-anchor=\"middle\">epochs</text>\n");
        for (int i = 0; i < series.Length; i++)
        {
            (string name, string color, bool isLine, (int Epoch, Interval Value)[] points) = series[i];
            int shift = i == 0 ? -3 : 3;
            if (isLine)
            {
                string path = string.Join('L', points.Select(p => Invariant($"{X(p.Epoch, shift):0.#} {Y(p.Value.Mean):0.#}")));
                svg.Append(Invariant($"<path d=\"M{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\n"));
            }

            foreach ((int epoch, Interval value) in points)
            {
                double x = X(epoch, shift), bottom = Y(value.Mean - value.Half), top = Y(value.Mean + value.Half);
                svg.Append(Invariant($"<path d=\"M{x:0.#} {bottom:0.#}V{top:0.#}\" stroke=\"{color}\"/>"))
                    .Append(Invariant($"<circle cx=\"{x:0.#}\" cy=\"{Y(value.Mean):0.#}\" r=\"3.5\" fill=\"{color}\"/>\n"));
            }

            int line = Top + Height - 34 + 18 * i;
            svg.Append(Invariant($"<circle cx=\"{left + 96}\" cy=\"{line - 4}\" r=\"4\" fill=\"{color}\"/>"))
                .Append(Invariant($"<text x=\"{left + 106}\" y=\"{line}\">{name}</text>\n"));
        }

        double X(int epoch, int shift) => left + 14 + (epoch - 1) * (Width - 90.0) / (OptimizerStudy.Epochs - 1) + shift;
        double Y(double accuracy) => Top + Height - (accuracy - low) / (high - low) * Height;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
