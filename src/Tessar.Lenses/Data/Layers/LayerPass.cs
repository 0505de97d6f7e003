using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tasks;

namespace Tessar.Lenses.Data.Layers;

/// <summary>
/// How a method of layer-wise projections goes over one checkpoint: model, plan, features, then what it does with them.
/// </summary>
/// <param name="Method">Its name, below which features are kept.</param>
/// <param name="Output">f.</param>
/// <param name="AreLosses">Whether features are gradients of the loss instead of f.</param>
/// <param name="BatchSize">Examples per forward pass.</param>
/// <param name="Unsupported">What to do with parameters without a rule.</param>
/// <param name="Plan">Chooses a projection for each layer; they are disposed of here.</param>
internal sealed record LayerPass(
    string Method, TargetOutput Output, bool AreLosses, int BatchSize, UnsupportedParameters Unsupported,
    Func<GradientModel, ExampleSet, MethodContext, LayerProjection[]> Plan)
{
    /// <summary>Goes over a checkpoint.</summary>
    /// <param name="tally">Notes time and what was kept.</param>
    /// <param name="view">The checkpoint.</param>
    /// <param name="train">n examples.</param>
    /// <param name="targets">m examples, or null for the train set's own scores alone.</param>
    /// <param name="context">Progress, cancellation and limits.</param>
    /// <param name="visit">Gets the features, which live until it returns.</param>
    public void Visit(
        LayerTally tally, CheckpointView view, ExampleSet train, ExampleSet? targets, MethodContext context,
        Action<LayerFeatures> visit)
    {
        tally.Features.Start();
        using var model = new GradientModel(view.Open(), train, view.Task.Output(Output), Unsupported);
        LayerProjection[] parts = Plan(model, train, context);
        try
        {
            using var features = new LayerFeatures(
                model, parts, train, targets,
                new ShorteningPlan(AreLosses, BatchSize, ResultFolder.StoreOf(view.Run, Method)), context);
            tally.Note(model, features, parts, train.Count);
            tally.Features.Stop();
            tally.Scoring.Start();
            visit(features);
            tally.Scoring.Stop();
        }
        finally
        {
            Array.ForEach(parts, part => part.Dispose());
        }
    }
}
