using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tensors;

/// <summary>A module's parameters, told apart by their storage: tied ones count once.</summary>
/// <remarks>
/// TorchSharp hands out a new object, and so another handle, for the same parameter of some layers; assigning one layer's weight
/// to another leaves two objects on one storage. Whoever steps, counts, perturbs or differentiates parameters takes them from
/// here. The state dict keeps all names, as in PyTorch.
/// </remarks>
internal static class DistinctParameters
{
    /// <summary>The parameters in the order of the module, each under its first name.</summary>
    /// <exception cref="TessarException">Two trained parameters share memory in a way that can't be trained as one.</exception>
    public static IReadOnlyList<DistinctParameter> Of(nn.Module module)
    {
        var found = new List<DistinctParameter>();
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            TensorStorage storage = TensorStorage.Of(parameter);
            int same = storage.Address == 0 ? -1 : found.FindIndex(known => known.Storage.Overlaps(storage));
            if (same < 0)
                found.Add(new DistinctParameter(name, parameter, storage, []));
            else if (IsTied(found[same], name, parameter, storage))
                found[same] = found[same] with { Aliases = [.. found[same].Aliases, name] };
            else
                found.Add(new DistinctParameter(name, parameter, storage, []));
        }

        return found;
    }

    /// <summary>Numbers in the parameters that are trained, tied ones once.</summary>
    public static long CountTrained(nn.Module module) => Of(module).Where(p => p.Value.requires_grad).Sum(p => p.Value.numel());

    private static bool IsTied(DistinctParameter known, string name, Parameter parameter, TensorStorage storage)
    {
        bool isSame = known.Storage == storage && known.Value.shape.AsSpan().SequenceEqual(parameter.shape)
            && known.Value.stride().AsSpan().SequenceEqual(parameter.stride()) && known.Value.dtype == parameter.dtype;
        if (isSame && IsOneLeaf(known.Value, parameter))
            return true;
        if (!known.Value.requires_grad || !parameter.requires_grad)
            return false; // one of them is never stepped, and sees what becomes of the other
        throw new TessarException(
            $"The parameters `{known.Name}` {Shape.Of(known.Value)} and `{name}` {Shape.Of(parameter)} share memory without "
                + $"being one "
            + "parameter, so each would be stepped with a part of the gradient. Assign the parameter itself (b.weight = "
            + "a.weight), or a clone.",
            ErrorKind.InputData);
    }

    // Two objects are one parameter for the gradient exactly if switching one's gradient off switches the other's.
    private static bool IsOneLeaf(Parameter known, Parameter other)
    {
        if (ReferenceEquals(known, other) || known.Handle == other.Handle)
            return true;
        if (known.requires_grad != other.requires_grad || !known.is_floating_point())
            return false;
        bool before = known.requires_grad;
        known.requires_grad = !before;
        bool follows = other.requires_grad == !before;
        known.requires_grad = before;
        return follows;
    }
}

/// <summary>One parameter of a module.</summary>
/// <param name="Name">Its first name.</param>
/// <param name="Value">The parameter; stays the module's.</param>
/// <param name="Storage">Where it lies.</param>
/// <param name="Aliases">Its other names.</param>
internal sealed record DistinctParameter(string Name, Parameter Value, TensorStorage Storage, IReadOnlyList<string> Aliases);
