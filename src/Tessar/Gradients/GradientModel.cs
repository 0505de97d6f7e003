using System.Buffers.Binary;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>
/// A trained model, ready for per-example gradients of an output function, checked against the loop on a few examples.
/// </summary>
internal sealed class GradientModel : IDisposable
{
    private const int CheckedExamples = 4;
    private const double LargestError = 1e-4;

    private readonly ScalarType _inputType = ScalarType.Float32;

    /// <summary>Loads the model and compares its fast gradients with one backward pass per example.</summary>
    /// <param name="model">The model with its weights; this object's from now on.</param>
    /// <param name="set">Examples of the kind it will see; the first few are the check's.</param>
    /// <param name="output">Whose gradient is taken.</param>
    /// <param name="unsupported">What to do with parameters without a rule.</param>
    /// <param name="precision">Type in which the model computes, where its code allows that, and of all gradients.</param>
    /// <exception cref="GradientException">The gradients differ, or the model can't be differentiated per example.</exception>
    public GradientModel(
        TrainedModel model, ExampleSet set, OutputFunction output, UnsupportedParameters unsupported,
        ScalarType precision = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Trained, Output, Precision) = (model, output, precision);
        try
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(CheckedExamples, set.Count);
            int[] first = [.. Enumerable.Range(0, count)];
            if (precision != ScalarType.Float32 && ComputesIn(precision, Batches.Inputs(set, first, Trained.Input)))
                _inputType = precision;
            Tensor inputs = Inputs(set, first);
            Gradients = new PerExampleGradients(Module, inputs, unsupported, precision);
            if (Gradients.Captured.Count == 0)
                throw Nothing();
            GradientCheck = Compare(inputs, CheckedLabels(set, first));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What was trained, and where its weights come from.</summary>
    public TrainedModel Trained { get; }

    /// <summary>Type of all gradients, and in which the model computes where its code allows that.</summary>
    public ScalarType Precision { get; }

    /// <summary>The model itself, in evaluation mode; stays this object's.</summary>
    public nn.Module<Tensor, Tensor> Module => Trained.Module;

    /// <summary>Whose gradient is taken.</summary>
    public OutputFunction Output { get; }

    /// <summary>The per-example gradients.</summary>
    public PerExampleGradients Gradients { get; private set; } = null!;

    /// <summary>Largest difference to one backward pass per example, relative to the largest gradient element.</summary>
    public double GradientCheck { get; }

    /// <summary>Names of parameters that aren't part of the gradient.</summary>
    public IReadOnlyList<string> Skipped =>
        [.. Gradients.Frozen, .. Gradients.Unsupported.Where(name => Gradients.Captured.All(slot => slot.Name != name))];

    /// <summary>What is computed by one backward pass per example, and why, as sentences; null when nothing is.</summary>
    public string? SlowPath => Gradients.Captured.Any(slot => slot.ByLoop)
        ? Gradients.WhyUnsupported("computed by one backward pass per example, which is slow")
        : null;

    /// <summary>Runs examples forward and backward; the tensors belong to the current dispose scope.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them.</param>
    /// <returns>What layers saw, and Q with ∇ℓ = −Q∇f, [B].</returns>
    public (CapturedBatch Batch, Tensor Factors) Run(ExampleSet set, ReadOnlySpan<int> indices)
    {
        Tensor inputs = Inputs(set, indices);
        Tensor labels = CheckedLabels(set, indices);
        CapturedBatch batch = Gradients.Capture(inputs, logits => Output.Direction(logits, labels));
        return (batch, Output.Factor(batch.Logits, labels));
    }

    /// <summary>The inputs of examples, in the model's type; they belong to the current dispose scope.</summary>
    public Tensor Inputs(ExampleSet set, ReadOnlySpan<int> indices)
    {
        Tensor inputs = Batches.Inputs(set, indices, Trained.Input);
        return _inputType == ScalarType.Float32 ? inputs : Batches.InPrecision(inputs, _inputType);
    }

    /// <summary>A number made from the checkpoint's hash, so that every checkpoint has its own projection.</summary>
    public ulong CheckpointNumber => BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(Trained.Sha256));

    /// <inheritdoc/>
    public void Dispose()
    {
        Gradients?.Dispose();
        Trained.Dispose();
    }

    /// <summary>The targets of examples, as the task gathers them; the caller disposes of it.</summary>
    /// <exception cref="TessarException">One isn't a target of the model's task.</exception>
    public Tensor CheckedLabels(ExampleSet set, ReadOnlySpan<int> indices)
    {
        Trained.Task.CheckTargets(set, indices);
        return Trained.Task.Targets(set, indices);
    }

    private GradientException Nothing() => new(
        $"No parameter of {Trained.Name} is left to take gradients of. " + (Gradients.WhyUnsupported("left out of the gradient")
            ?? (Skipped.Count == 0
            ? "It has none."
            : $"{string.Join(", ", Skipped.Take(5))} are frozen. Let a layer be trained.")));

    /// <summary>Brings the model into another precision, unless it has types of its own inside, or its code names one.</summary>
    private bool ComputesIn(ScalarType precision, Tensor sample)
    {
        if (Module.parameters().Any(parameter => parameter.is_floating_point() && parameter.dtype != ScalarType.Float32))
            return false;
        ModulePrecision.Convert(Module, precision);
        try
        {
            using IDisposable noGradient = no_grad();
            Module.Ask(Batches.InPrecision(sample, precision));
            return true;
        }
        catch (TessarException)
        {
            // It answered in single precision: it is the other one that its code doesn't take. The way back loses nothing.
            ModulePrecision.Convert(Module, ScalarType.Float32);
            return false;
        }
    }

    /// <summary>Allowed difference: that of rounding in single precision, or in the coarsest type of the model.</summary>
    private double Allowed() => Gradients.Captured.Max(slot => slot.Parameter.dtype switch
    {
        ScalarType.BFloat16 => 4 * Math.Pow(2, -7),
        ScalarType.Float16 => 4 * Math.Pow(2, -10),
        _ => LargestError,
    });

    private double Compare(Tensor inputs, Tensor labels)
    {
        Tensor Direction(Tensor logits) => Output.Direction(logits, labels);
        Tensor fast = Gradients.Of(inputs, Direction);
        Tensor slow = Gradients.OfByLoop(inputs, Direction);
        double scale = slow.abs().max().to_type(ScalarType.Float64).item<double>();
        double error = (fast - slow).abs().max().to_type(ScalarType.Float64).item<double>();
        if (!double.IsFinite(scale))
        {
            ParameterSlot? slot = Gradients.Captured.FirstOrDefault(s =>
                !slow.narrow(1, s.Offset, s.Count).isfinite().all().item<bool>());
            throw new NumericalException(
                $"The gradient of {slot?.Name ?? "the output"} isn't finite for the first examples of {Trained.File}. "
                + "Look for overflow in this layer, or explain an earlier checkpoint.");
        }

        double relative = scale > 0 ? error / scale : 0;
        // !(a <= b) so that NaN fails too.
        double allowed = Gradients.Captured.Count == 0 ? LargestError : Allowed();
        if (!(relative <= allowed))
        {
            ParameterSlot worst = Gradients.Captured.MaxBy(s =>
                (fast - slow).narrow(1, s.Offset, s.Count).abs().max().ToSingle())!;
            throw new GradientException(string.Create(
                CultureInfo.InvariantCulture,
                $"Per-example gradients differ from one backward pass per example by {relative:g3} (allowed "
                + $"{allowed:g1}), most in {worst.Name}. ")
                + "Likely causes: the layer's parameter is also used outside the layer, examples of a batch interact, or the "
                + "forward pass is random.");
        }

        return relative;
    }
}
