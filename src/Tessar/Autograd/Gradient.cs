using System.Globalization;
using System.Runtime.InteropServices;
using Tessar.Native;
using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Autograd;

/// <summary>The one door to automatic differentiation: errors come back as exceptions, never as the end of the process.</summary>
/// <remarks>
/// <c>torch.autograd.grad</c> has no guard around its native call: a freed graph, an unused input or a saved tensor that was
/// changed in place terminates the process. <c>backward</c> with an input list is guarded and does the same work.
/// </remarks>
public static class Gradient
{
    private static bool _hasWarned;

    /// <summary>The gradient of an output with respect to each input: d⟨output, direction⟩ / d input.</summary>
    /// <param name="output">Any shape when <paramref name="direction"/> is given, else a scalar. Must require a gradient.</param>
    /// <param name="inputs">At least one tensor that requires a gradient; leaves or captured activations.</param>
    /// <param name="direction">Weights of the output's elements, of the output's shape, type and device; null means 1.</param>
    /// <param name="differentiable">Whether the result can be differentiated again. Keeps the graph alive.</param>
    /// <returns>
    /// One tensor per input, of its shape; zeros where the output doesn't depend on it. The caller disposes them.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A tensor is missing, doesn't require a gradient, or has another shape than needed.
    /// </exception>
    /// <exception cref="GradientException">
    /// libtorch can't differentiate: a freed graph, no derivative, a saved tensor changed in place.
    /// </exception>
    /// <remarks>
    /// Cost: one backward pass through the part of the graph between the inputs and the output; weights that aren't inputs cost
    /// nothing. The graph is freed unless <paramref name="differentiable"/>. The <c>grad</c> fields of the inputs are left as
    /// they were.
    /// </remarks>
    /// <example>For y = Σ x² the gradient is 2x.<code>
    /// using Tensor x = torch.tensor(new[] { 1.0, 2.0 }, requires_grad: true);
    /// using Tensor y = x.square().sum();
    /// Tensor[] gradients = Gradient.Of(y, [x]);
    /// Console.WriteLine(gradients[0][1].item&lt;double&gt;());      // prints 4
    /// gradients[0].Dispose();
    /// </code></example>
    public static Tensor[] Of(Tensor output, IReadOnlyList<Tensor> inputs, Tensor? direction = null, bool differentiable = false)
    {
        CheckArguments(output, inputs, direction);
        return Filled(Backward(output, inputs, direction, retainGraph: differentiable, differentiable), inputs);
    }

    /// <summary>
    /// The gradient of a scalar, which tells inputs that it doesn't depend on from those where it happens to be zero.
    /// </summary>
    /// <returns>
    /// One tensor per input, of its shape; null where the output doesn't depend on it. The caller disposes them.
    /// </returns>
    /// <inheritdoc cref="Of"/>
    internal static Tensor?[] OfUsed(Tensor output, IReadOnlyList<Tensor> inputs)
    {
        CheckArguments(output, inputs, direction: null);
        return Backward(output, inputs, direction: null, retainGraph: false, differentiable: false);
    }

    /// <summary>The gradient as <see cref="Of"/> gives it, with the graph kept for further ones from it.</summary>
    /// <inheritdoc cref="Of"/>
    internal static Tensor[] OfKeepingGraph(Tensor output, IReadOnlyList<Tensor> inputs, Tensor? direction = null)
    {
        CheckArguments(output, inputs, direction);
        return Filled(Backward(output, inputs, direction, retainGraph: true, differentiable: false), inputs);
    }

    /// <summary>Products of the Hessian of a scalar loss with vectors over the parameters: H v = d/dθ ⟨∇L(θ), v⟩.</summary>
    /// <param name="loss">Computes the scalar loss from the parameters; called once.</param>
    /// <param name="parameters">The parameters θ; each requires a gradient.</param>
    /// <param name="vectors">One tensor per parameter, of its shape: together one vector v.</param>
    /// <returns>One tensor per parameter, of its shape: together H v. The caller disposes them.</returns>
    /// <exception cref="ArgumentException">Counts or shapes differ, or the loss isn't a scalar.</exception>
    /// <exception cref="GradientException">An operation of the loss has no second derivative.</exception>
    /// <remarks>
    /// Cost: about two gradients. Memory: one graph. Source: Pearlmutter, "Fast exact multiplication by the Hessian", 1994.
    /// </remarks>
    /// <example>For L = ½ θᵀAθ with symmetric A, the product with v is A v.</example>
    public static Tensor[] HessianVector(Func<Tensor> loss, IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> vectors)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(parameters);
        if (vectors.Count != parameters.Count)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"vectors holds {vectors.Count} tensors; expected one per parameter, {parameters.Count}."), nameof(vectors));
        }

        for (int i = 0; i < vectors.Count; i++)
        {
            if (parameters[i] is null || parameters[i].IsInvalid)
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"parameters[{i}] is null or disposed."), nameof(parameters));
            if (vectors[i] is null || vectors[i].IsInvalid)
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"vectors[{i}] is null or disposed."), nameof(vectors));
            if (!vectors[i].shape.AsSpan().SequenceEqual(parameters[i].shape))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"vectors[{i}] has shape {Shape.Of(vectors[i])}; expected {Shape.Of(parameters[i])}, the shape of "
                        + $"parameters[{i}]."), nameof(vectors));
            }
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor value = loss();
        Tensor[] gradients = Of(value, parameters, differentiable: true);
        Tensor inner = gradients.Zip(vectors, (g, v) => (g * v).sum()).Aggregate((a, b) => a + b);
        // A gradient that is constant in θ has no graph: the Hessian is zero.
        Tensor[] products = inner.requires_grad
            ? Filled(Backward(inner, parameters, direction: null, retainGraph: false, differentiable: false), parameters)
            : [.. parameters.Select(p => zeros_like(p, requires_grad: false))];
        foreach (Tensor product in products)
            product.MoveToOuterDisposeScope();
        return products;
    }

    /// <summary>Which inputs a graph leads to from the output; the graph is used up.</summary>
    internal static bool[] Reaches(Tensor output, IReadOnlyList<Tensor> inputs)
    {
        if (!output.requires_grad || inputs.Count == 0)
            return new bool[inputs.Count];
        using DisposeScope scope = NewDisposeScope();
        return [.. Backward(output, inputs, ones_like(output, requires_grad: false), retainGraph: false, differentiable: false)
            .Select(g => g is not null)];
    }

    private static Tensor[] Filled(Tensor?[] gradients, IReadOnlyList<Tensor> inputs) =>
        [.. gradients.Select((g, i) => g ?? zeros_like(inputs[i], requires_grad: false))];

    private static Tensor?[] Backward(
        Tensor output, IReadOnlyList<Tensor> inputs, Tensor? direction, bool retainGraph, bool differentiable)
    {
        // Reading .grad of a non-leaf that doesn't retain it makes libtorch print a warning: retain first.
        var saved = new Tensor?[inputs.Count];
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].is_leaf)
                inputs[i].retain_grad();
            saved[i] = inputs[i].grad;
            inputs[i].grad = null;
        }

        try
        {
            using Waiting.Note waiting = Waiting.For("a backward pass");
            void Run() => torch.autograd.backward(
                [output], direction is null ? null : [direction], retain_graph: retainGraph, create_graph: differentiable,
                inputs: [.. inputs]);

            // libtorch warns, once per process, that `.grad` with a graph makes a cycle with its parameter. Here it never does:
            // it is taken away at once.
            if (differentiable && !Interlocked.Exchange(ref _hasWarned, true))
                NativeWarnings.Without(Run);
            else
                Run();
            return [.. inputs.Select(input => input.grad)];
        }
        catch (ExternalException e)
        {
            string reason = e.Message.Split('\n', 2)[0];
            throw new GradientException(
                $"The gradient can't be computed: {reason.TrimEnd().TrimEnd('.')}. "
                + "Look for an operation without derivative, a tensor changed in place after it was used, or a graph used twice.",
                e);
        }
        finally
        {
            // In reverse, so that an input named twice gets back what it had before the first time.
            for (int i = inputs.Count - 1; i >= 0; i--)
            {
                inputs[i].grad = saved[i];
                saved[i]?.Dispose();
            }
        }
    }

    private static void CheckArguments(Tensor output, IReadOnlyList<Tensor> inputs, Tensor? direction)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        if (output.IsInvalid)
            throw new ArgumentException("output is a disposed tensor; compute it again.", nameof(output));
        if (!output.requires_grad)
            throw new ArgumentException(
                $"output (shape {Shape.Of(output)}) doesn't depend on anything that requires a gradient.", nameof(output));
        if (inputs.Count == 0)
            throw new ArgumentException(
                "inputs is empty; name at least one tensor (an empty list would mean every leaf).", nameof(inputs));
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i] is null || inputs[i].IsInvalid)
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"inputs[{i}] is null or disposed."), nameof(inputs));
            if (!inputs[i].requires_grad)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"inputs[{i}] (shape {Shape.Of(inputs[i])}) doesn't require a gradient."),
                    nameof(inputs));
            }
        }

        if (direction is null && output.numel() != 1)
            throw new ArgumentException(
                $"output has shape {Shape.Of(output)}; without a direction it must be a scalar.", nameof(output));
        if (direction is not null && (!direction.shape.AsSpan().SequenceEqual(output.shape) || direction.dtype != output.dtype
            || direction.device_type != output.device_type))
        {
            throw new ArgumentException(
                $"direction is {direction.dtype} {Shape.Of(direction)}; expected {output.dtype} {Shape.Of(output)}, like output.",
                nameof(direction));
        }
    }
}
