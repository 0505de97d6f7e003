using System.Globalization;
using Tessar.Autograd;
using Tessar.Autograd.LayerRules;
using Tessar.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>θ: the parameters that are differentiated, one after the other in one flat vector of P numbers.</summary>
/// <remarks>In the model's order, each row by row. Frozen parameters aren't part of it; tied ones are there once, under their
/// first name.</remarks>
internal sealed class ParameterVector
{
    private readonly ScalarType? _type;

    private ParameterVector(IReadOnlyList<ParameterSlot> slots, ScalarType? type)
    {
        _type = type;
        Slots = slots;
        Tensors = [.. slots.Select(slot => slot.Parameter)];
        Size = slots.Sum(slot => slot.Count);
    }

    /// <summary>Name, shape and place of each parameter.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>The parameters themselves.</summary>
    public IReadOnlyList<Parameter> Tensors { get; }

    /// <summary>P.</summary>
    public long Size { get; }

    /// <summary>Element type of flat vectors: that of all parameters, unless another was chosen.</summary>
    public ScalarType Type => _type ?? Tensors[0].dtype;

    /// <summary>The trainable parameters of a model.</summary>
    /// <param name="model">Stays the caller's.</param>
    /// <exception cref="ArgumentException">There is none, or they aren't all of one type of 32 or 64 bits.</exception>
    public static ParameterVector Of(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        HashSet<nint> placed = [];
        List<ParameterSlot> slots = [];
        foreach ((string name, Parameter value) in model.named_parameters().Where(named => named.parameter.requires_grad))
        {
            nint address = LayerRule.AddressOf(value);
            if (placed.Add(address))
                slots.Add(new ParameterSlot(name, value.shape, 0, value.numel()) { Parameter = value, Address = address });
        }

        return Of(slots);
    }

    /// <summary>Some parameters, in the order given.</summary>
    /// <param name="slots">Which; where they are is found out again.</param>
    /// <exception cref="ArgumentException">There is none, or they aren't all of one type of 32 or 64 bits.</exception>
    /// <param name="type">
    /// Type of flat vectors, for parameters of several types or of a coarser one: each gets its part in its own type.
    /// </param>
    public static ParameterVector Of(IEnumerable<ParameterSlot> slots, ScalarType? type = null)
    {
        ArgumentNullException.ThrowIfNull(slots);
        long offset = 0;
        List<ParameterSlot> placed = [];
        foreach (ParameterSlot slot in slots)
        {
            placed.Add(slot with { Offset = offset });
            offset += slot.Count;
        }

        if (placed.Count == 0)
        {
            throw new ArgumentException(
                "The model has no parameter that requires a gradient; at least one is needed. Unfreeze a layer.", nameof(slots));
        }

        ScalarType first = placed[0].Parameter.dtype;
        foreach (ParameterSlot slot in type is null ? placed : [])
        {
            ScalarType own = slot.Parameter.dtype;
            string? wrong = own is not (ScalarType.Float32 or ScalarType.Float64) ? "; required is Float32 or Float64"
                : own != first ? $", but {placed[0].Name} is {first}; required is one type" : null;
            if (wrong is not null)
                throw new ArgumentException($"{slot.Name} is {own}{wrong}. Convert the model first.", nameof(slots));
        }

        return new ParameterVector(placed, type);
    }

    /// <summary>Cuts a flat vector into one tensor per parameter, views of it.</summary>
    /// <param name="vector">Shape [P].</param>
    public Tensor[] Split(Tensor vector) =>
        [.. Slots.Select(slot =>
            vector.narrow(0, slot.Offset, slot.Count).reshape([.. slot.Shape]).to_type(slot.Parameter.dtype))];

    /// <summary>One tensor per parameter as a flat vector.</summary>
    /// <param name="parts">In order.</param>
    public static Tensor Join(IEnumerable<Tensor> parts) => cat([.. parts.Select(part => part.flatten())]);

    /// <summary>Some of the parameters as a shorter vector, in their order here.</summary>
    /// <param name="names">Of parameters (<c>fc1.weight</c>) or of whole layers (<c>fc1</c>).</param>
    /// <exception cref="ArgumentException">No parameter is called so.</exception>
    public ParameterVector Only(params IReadOnlyList<string> names) => Of(Named(names), _type);

    /// <summary>Where some of the parameters are.</summary>
    /// <inheritdoc cref="Only"/>
    public RangeSelection Ranges(params IReadOnlyList<string> names) =>
        new(Size, [.. Named(names).Select(slot => (slot.Offset, slot.Count))]);

    /// <summary>The name of the parameter that a coordinate belongs to.</summary>
    /// <param name="coordinate">In [0, P).</param>
    public string NameAt(long coordinate) => Slots.First(slot => coordinate < slot.Offset + slot.Count).Name;

    private IReadOnlyList<ParameterSlot> Named(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
            throw new ArgumentException("names is empty; name at least one parameter or layer.", nameof(names));
        HashSet<ParameterSlot> chosen = new(ReferenceEqualityComparer.Instance);
        foreach (string name in names)
        {
            ParameterSlot[] found =
                [.. Slots.Where(slot => slot.Name == name || slot.Name.StartsWith(name + ".", StringComparison.Ordinal))];
            if (found.Length == 0)
            {
                throw new ArgumentException(
                    $"No trainable parameter or layer is called `{name}`."
                    + $"{NearestName.Hint(name, Slots.Select(slot => slot.Name))} "
                    + $"There are {string.Join(", ", Slots.Select(slot => slot.Name))}; a shared parameter has its first name.",
                    nameof(names));
            }

            chosen.UnionWith(found);
        }

        return [.. Slots.Where(chosen.Contains)];
    }
}
