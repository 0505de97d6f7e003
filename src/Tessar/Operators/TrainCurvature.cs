using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The second derivative of the mean loss of a train set under one checkpoint.</summary>
/// <param name="model">The checkpoint.</param>
/// <param name="train">n examples.</param>
/// <param name="kind">Hessian or Gauss–Newton matrix.</param>
/// <param name="batchSize">Examples per forward pass.</param>
/// <param name="work">Progress, cancellation and limits.</param>
/// <param name="seed">Of everything that is drawn for it.</param>
internal sealed class TrainCurvature(
    GradientModel model, ExampleSet train, CurvatureKind kind, int batchSize, Work work, ulong seed)
{
    private double? _meanEigenvalue;
    private bool? _hasSecondDerivatives;

    /// <summary>The checkpoint.</summary>
    public GradientModel Model => model;

    /// <summary>Which matrix it is.</summary>
    public CurvatureKind Kind => kind;

    /// <summary>Progress, cancellation and limits.</summary>
    public Work Work => work;

    /// <summary>Of everything that is drawn for it.</summary>
    public ulong Seed => seed;

    /// <summary>Told what to know before trusting its products, one sentence each; null when nobody listens.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>What can be asked instead where it can't be divided by; nothing unless whoever asks says so.</summary>
    public CurvatureAlternatives Alternatives { get; init; } = new([], []);

    /// <summary>n.</summary>
    public int Examples => train.Count;

    /// <summary>What the mean divides by: n, where an example is one term.</summary>
    public double Terms => model.Trained.Task.Terms(train);

    /// <summary>The matrix by its products, over all examples.</summary>
    public LinearOperator Whole() => Operator(kind);

    /// <summary>The Gauss–Newton matrix by its products, over all examples, whatever the kind.</summary>
    public LinearOperator GaussNewton() => Operator(CurvatureKind.GaussNewton);

    /// <summary>The matrix of some examples only.</summary>
    /// <param name="indices">Which.</param>
    public LinearOperator Of(int[] indices) => Operator(kind, indices);

    /// <summary>Trace of the Gauss–Newton matrix over the number of parameters: what damping is relative to, for both
    /// kinds.</summary>
    /// <remarks>
    /// tr = (1/n) Σ_i Σ_c ‖g_c(z_i)‖², exactly, by one pass over the train set for each output; for classification it is
    /// (1/n) Σ_i Σ_c p_c ‖∇ log p_c(z_i)‖².
    /// </remarks>
    public double MeanEigenvalue()
    {
        if (_meanEigenvalue is { } known)
            return known;
        double trace = 0;
        Passes(
            "trace",
            (batch, _) =>
                trace += GradientFactors.Of(model.Gradients, batch).SquaredNorms().sum(ScalarType.Float64).item<double>());
        _meanEigenvalue = trace / Terms / model.Gradients.ParameterCount;
        return _meanEigenvalue.Value;
    }

    /// <summary>Runs every example once for each output c, with g_c the gradient along column c of a root of the loss's second
    /// derivative: Σ_c g_c g_cᵀ is the Gauss–Newton matrix.</summary>
    /// <param name="stage">Name of this stage for progress.</param>
    /// <param name="visit">Gets each batch and the output; tensors live until it returns.</param>
    public void Passes(string stage, Action<CapturedBatch, int> visit)
    {
        int classes = model.Trained.Classes;
        long done = 0;
        foreach (int[] indices in FeatureBatches())
        {
            for (int c = 0; c < classes; c++)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                CapturedBatch batch = model.Gradients.Capture(model.Inputs(train, indices), outputs =>
                {
                    using Tensor targets = model.CheckedLabels(train, indices);
                    return model.Trained.Task.Loss.Root(outputs, targets, c);
                });
                visit(batch, c);
            }

            done += indices.Length;
            work.Progress?.Report(new MethodProgress(stage, done, train.Count, "examples"));
        }
    }

    /// <summary>Runs the first example, to see which layers are called how.</summary>
    /// <param name="visit">Gets the captured batch; tensors live until it returns.</param>
    public void Sample(Action<CapturedBatch> visit)
    {
        using DisposeScope scope = NewDisposeScope();
        visit(model.Run(train, [0]).Batch);
    }

    private IEnumerable<int[]> FeatureBatches()
    {
        foreach (ExampleBatch batch in train.Batches(batchSize))
            yield return batch.Indices.ToArray();
    }

    private LinearOperator Operator(CurvatureKind matrix, int[]? examples = null)
    {
        var settings = new LossOperatorSettings
        {
            BatchSize = examples?.Length ?? batchSize, Examples = examples, Type = model.Precision,
            Cancellation = work.Cancellation,
        };
        ModelLoss loss = ModelLoss.Of(model, train, model.Trained.Task.Loss, settings);
        if (_hasSecondDerivatives is null)
        {
            string? missing = SecondDerivatives.WhyMissing(loss);
            _hasSecondDerivatives = missing is null;
            if (missing is not null)
                Warn?.Invoke(missing);
        }

        return SecondDerivatives.Of(loss, matrix == CurvatureKind.Hessian, _hasSecondDerivatives.Value);
    }
}
