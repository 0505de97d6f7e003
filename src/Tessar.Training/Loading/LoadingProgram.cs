using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Training.Loading.Augmentations;
using Tessar.Training.Loading.Orders;

namespace Tessar.Training.Loading;

/// <summary>The part of a training program that the loader carries out.</summary>
internal static class LoadingProgram
{
    /// <summary>
    /// Completes a request's order and augmentations; null for the defaults, which aren't spelled out in a run.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="input">What the data's examples are.</param>
    /// <param name="violations">Receives a sentence for everything that is wrong.</param>
    public static (NamedSettings? Order, IReadOnlyList<NamedSettings>? Augment) Resolve(
        TrainingRequest request, ModelInput input, List<string> violations)
    {
        int before = violations.Count;
        NamedSettings order = ExampleOrder.Choices.Resolve(
            request.Order, request.OrderSettings.Select(pair => new KeyValuePair<string, double?>(pair.Key, pair.Value)),
            violations);
        IReadOnlyList<NamedSettings> augment = AugmentationList.Resolve(request.Augment, request.AugmentSettings, violations);
        if (violations.Count == before)
            CheckSize(augment, input, violations);
        return (order.Name == ExampleOrder.Default ? null : order, augment.Count == 0 ? null : augment);
    }

    /// <summary>What keeps a recorded program from being carried out again, as a clause; null when nothing does.</summary>
    public static string? Objection(TrainingProgram program) =>
        (program.Order is { } order ? ExampleOrder.Choices.Objection(order) : null)
        ?? (program.Augment ?? []).Select(Augmentation.Choices.Objection).FirstOrDefault(objection => objection is not null);

    // A model is built for the data's examples and is tested on them.
    private static void CheckSize(IReadOnlyList<NamedSettings> augment, ModelInput input, List<string> violations)
    {
        try
        {
            if (AugmentationList.ChangeOf(AugmentationList.Create(augment), input) is { } change)
                violations.Add($"The augmentations {change}; in training their size has to stay.");
        }
        catch (TessarException e)
        {
            violations.Add(e.Message);
        }
    }
}
