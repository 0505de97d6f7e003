using System.Globalization;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Training.Averages;
using Tessar.Training.Optimizers;
using SchedulesFound = Tessar.Training.Schedules.Schedule;

namespace Tessar.Training;

/// <summary>The part of a plan that says how weights change: optimiser, schedule, clipping, smoothing, average.</summary>
internal static class OptimizerPlan
{
    private const string LearningRate = "learningRate";
    private const string WarmupSteps = SchedulesFound.WarmupSteps;

    /// <summary>The optimiser with its numbers, and everything that is wrong with what was asked of it.</summary>
    public static NamedSettings Resolve(TrainingRequest request, ModelSource model, List<string> violations)
    {
        if (Composition.Objection(request.Optimizer) is { } objection)
        {
            violations.Add(objection);
            return new NamedSettings(request.Optimizer, new Dictionary<string, double>(StringComparer.Ordinal));
        }

        double? fitted = Known(request) is { FittedRate: > 0 } known ? model.LearningRate * known.FittedRate : null;
        NamedSettings optimizer = Optimizer.Choices.Resolve(
            request.Optimizer,
            Given(request.OptimizerSettings).Prepend(new(LearningRate, request.LearningRate ?? fitted)),
            violations);
        if (Known(request) is not null)
            violations.AddRange(Objections(request));
        return optimizer;
    }

    /// <summary>Fills in the warm-up of an optimiser that has its own, unless the schedule was given one.</summary>
    public static NamedSettings WarmUp(NamedSettings optimizer, TrainingRequest request, long total, List<string> violations)
    {
        if (!optimizer.Values.TryGetValue(WarmupSteps, out double warmup))
            return optimizer;
        if (warmup >= total && violations.Count == 0)
            violations.Add(TooLong($"{WarmupSteps} of {optimizer.Name}", warmup, total));
        if (request.OptimizerSettings.ContainsKey(WarmupSteps) || request.WarmupSteps is not null)
            return optimizer;
        return optimizer with
        {
            Values = new SortedDictionary<string, double>(
                optimizer.Values.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                [WarmupSteps] = total / 20,
            },
        };
    }

    /// <summary>The schedule with its numbers: the one asked for, or the one the optimiser wants.</summary>
    public static NamedSettings Schedule(TrainingRequest request, long total, List<string> violations)
    {
        string wanted = Known(request)?.Schedule ?? "cosine";
        double warmup = request.WarmupSteps ?? (wanted == "constant" ? 0 : total / 20);
        if (warmup >= total && violations.Count == 0)
            violations.Add(TooLong("warmup-steps", warmup, total));
        return SchedulesFound.Choices.Resolve(
            request.Schedule ?? wanted, Given(request.ScheduleSettings).Prepend(new(WarmupSteps, warmup)), violations);
    }

    /// <summary>The average that is measured and kept, if one was asked for.</summary>
    public static NamedSettings? Average(TrainingRequest request) =>
        request.Ema is { } decay ? RunningAverage.Choices.Resolve("ema", [new("decay", decay)], []) : null;

    private static IEnumerable<string> Objections(TrainingRequest request)
    {
        OptimizerAttribute known = Optimizer.Choices.Describe(request.Optimizer);
        if (request.ClipNorm is { } longest && !(longest > 0 && double.IsFinite(longest)))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"clip-norm is {longest}; it has to be above 0. Leave it out to take gradients as they are.");
        }
        else if (request.ClipNorm is not null && known.Backward == 0)
        {
            yield return $"clip-norm is given, but {request.Optimizer} has no gradient to clip. Leave it out.";
        }

        if (request.LabelSmoothing is not (>= 0 and < 1))
            yield return string.Create(
                CultureInfo.InvariantCulture, $"label-smoothing is {request.LabelSmoothing}; it has to lie in [0, 1).");
        if (request.WeightDecayOn is not (TrainingProgram.DecayAll or TrainingProgram.DecayWeights))
            yield return $"weight-decay-on is `{request.WeightDecayOn}`; it has to be {TrainingProgram.DecayAll} or "
                + $"{TrainingProgram.DecayWeights}.";
        if (request.Ema is { } decay)
        {
            List<string> wrong = [];
            RunningAverage.Choices.Resolve("ema", [new("decay", decay)], wrong);
            if (known.Averages)
            {
                wrong.Add(
                    $"ema is given, but {request.Optimizer} averages its weights already, and that average is what is measured "
                        + $"and kept. "
                    + "Leave it out.");
            }

            foreach (string sentence in wrong)
                yield return sentence;
        }
    }

    private static OptimizerAttribute? Known(TrainingRequest request) =>
        Optimizer.Choices.Names.Contains(request.Optimizer, StringComparer.Ordinal)
            ? Optimizer.Choices.Describe(request.Optimizer)
            : null;

    private static IEnumerable<KeyValuePair<string, double?>> Given(IReadOnlyDictionary<string, double> numbers) =>
        numbers.Select(pair => new KeyValuePair<string, double?>(pair.Key, pair.Value));

    private static string TooLong(string name, double warmup, long total) => string.Create(
        CultureInfo.InvariantCulture, $"{name} is {warmup}; the run has {total} updates, so it has to be below that.");
}
