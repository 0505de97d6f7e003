using System.Globalization;
using System.Text.Json;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;

namespace Tessar.Cli.Explanations;

/// <summary>How well a method predicted retrainings of this run, if `tessar evaluate lds` has measured it.</summary>
/// <param name="Text">One or two sentences.</param>
/// <param name="IsMeasured">True when these very settings were measured.</param>
internal sealed record Validation(string Text, bool IsMeasured)
{
    /// <summary>
    /// Looks among the evaluations kept with the run: first for one with the same settings, else for the newest of the method.
    /// </summary>
    public static Validation Find(Run run, AttributionDocument document, int ensemble)
    {
        Evaluation[] known =
        [
            .. ResultCatalog.Of(run).Where(result => result.Question == "data/lds" && result.Error is null)
                .Select(result => Evaluation.Read(result.Payload)).OfType<Evaluation>()
                .Where(found => found.Method == document.Method),
        ];
        if (known.Length == 0)
            return new Validation(
                $"Not validated: no linear datamodeling score of {document.Method} is kept with {run.Name}. Measure it with "
                    + $"`tessar evaluate lds {run.Name} --method {document.Method}`.", false);
        (Evaluation best, string[] differences) = known.Select(found => (found, found.DifferencesFrom(document, ensemble)))
            .MinBy(pair => pair.Item2.Length > 0);
        return differences.Length == 0
            ? new Validation(best.Text, true)
            : new Validation($"Validated with other settings only ({string.Join("; ", differences)}): {best.Text}", false);
    }

    private sealed record Evaluation(
        string Method, IReadOnlyDictionary<string, string> Options, int Ensemble, int Checkpoints, string Train, double Lds,
        double Low, double High, double? Ceiling,
        int Queries, int Subsets, int Seeds)
    {
        public string Text => string.Create(
            CultureInfo.InvariantCulture,
            $"Linear datamodeling score {Lds:0.000}, 95 % interval {Low:0.000} to "
                + $"{High:0.000}{(Ceiling is { } most ? $", noise ceiling {most:0.000}" : string.Empty)} "
            + $"(1 predicts retrainings perfectly, 0 not at all; {Queries:N0} targets, {Subsets:N0} subsets of {Train} × "
            + $"{Seeds:N0} trainings).");

        // Only what is needed is read, so that a file of an older or newer version serves as well. One that isn't an evaluation
        // is nobody's evidence.
        public static Evaluation? Read(JsonElement root)
        {
            try
            {
                JsonElement interval = root.GetProperty("interval");
                return new Evaluation(
                    root.GetProperty("method").GetString()!,
                    root.GetProperty("options").EnumerateObject()
                        .ToDictionary(option => option.Name, option => option.Value.ToString(), StringComparer.Ordinal),
                    root.TryGetProperty("ensemble", out JsonElement ensemble) ? ensemble.GetInt32() : 0,
                    root.GetProperty("checkpoints").GetInt32(),
                    root.GetProperty("train").GetString()!, root.GetProperty("lds").GetDouble(), interval[0].GetDouble(),
                    interval[1].GetDouble(),
                    root.TryGetProperty("noiseCeiling", out JsonElement ceiling) ? ceiling.GetDouble() : null,
                    root.GetProperty("queries").GetInt32(), root.GetProperty("subsets").GetInt32(),
                    root.GetProperty("seeds").GetInt32());
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
                or IndexOutOfRangeException)
            {
                return null;
            }
        }

        public string[] DifferencesFrom(AttributionDocument here, int ensemble)
        {
            var differences = new List<string>();
            Compare("train", Train, here.Train);
            Compare("ensemble", Number(Ensemble), Number(ensemble));
            if (Ensemble == ensemble)
                Compare("checkpoints", Number(Checkpoints), Number(here.Checkpoints.Count));
            foreach (string option in Options.Keys.Union(here.Options.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
                Compare(option, Options.GetValueOrDefault(option, "none"), here.Options.GetValueOrDefault(option, "none"));
            return [.. differences];

            void Compare(string name, string there, string thisTime)
            {
                if (there != thisTime)
                    differences.Add($"{name} {there} there, {thisTime} here");
            }
        }

        private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
