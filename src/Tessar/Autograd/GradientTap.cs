using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Autograd;

/// <summary>
/// Stands behind a layer's output: hands on the same numbers, and notes the gradient that arrives there on the way back.
/// </summary>
/// <remarks>
/// What it hands on shares the output's memory: a copy would be the largest traffic of a small network's pass, and no layer with
/// a rule needs its own output on the way back, so a successor may work in place. Asking libtorch to retain a gradient instead
/// costs two transpositions of every channels-last activation, because it stores retained gradients channels-first. The probe is
/// a leaf that makes the backward pass come by; nothing else of the layer is differentiated. An exception that leaves a backward
/// function ends the process, so it is kept in the sink for whoever asked for the gradient.
/// </remarks>
internal sealed class GradientTap : autograd.SingleTensorFunction<GradientTap>
{
    private const string SinkKey = "sink";

    /// <inheritdoc/>
    public override string Name => nameof(GradientTap);

    /// <summary>Puts a tap behind a layer's output.</summary>
    /// <param name="output">The layer's output.</param>
    /// <param name="sink">Takes the gradient.</param>
    /// <returns>What the model goes on with, of the same values.</returns>
    public static Tensor Behind(Tensor output, Sink sink) => apply(output, sink.Probe, sink);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(SinkKey, vars[2]);
        return ((Tensor)vars[0]).detach();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var sink = (Sink)ctx.get_data(SinkKey);
        try
        {
            sink.Gradient = grad_output.detach();
        }
        catch (Exception e)
        {
            sink.Failure = e;
        }

        return [grad_output, sink.NoGradient, null!];
    }

    /// <summary>Where one call's gradient is noted.</summary>
    internal sealed class Sink
    {
        /// <summary>The leaf that makes the backward pass come by.</summary>
        public Tensor Probe { get; } = zeros(1, requires_grad: true);

        /// <summary>The probe's own gradient: none.</summary>
        public Tensor NoGradient { get; } = zeros(1);

        /// <summary>What went wrong on the way back, if anything.</summary>
        public Exception? Failure { get; set; }

        /// <summary>The gradient at the layer's output; null when the output didn't matter.</summary>
        public Tensor? Gradient { get; set; }
    }
}
