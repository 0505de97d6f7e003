using System.Reflection;
using Tessar.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Tessar.Models;

/// <summary>Lets a module compute in another precision without untying its parameters.</summary>
/// <remarks>
/// TorchSharp converts layer by layer and disposes what it replaces: of a parameter that two layers hold, the second finds
/// nothing, or gets a copy of its own. So each layer gets a parameter of its own before, and the first one's after.
/// </remarks>
internal static class ModulePrecision
{
    private static readonly MethodInfo _register = typeof(Module).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic)
        .First(method => method.Name == "ConditionallyRegisterParameter" && method.GetParameters().Length == 2);

    /// <summary>Converts parameters and buffers in place.</summary>
    /// <param name="module">The module; stays the caller's.</param>
    /// <param name="precision">A floating point type.</param>
    public static void Convert(Module module, ScalarType precision)
    {
        Holder[][] tied = [.. Holders(module).GroupBy(holder => holder.Storage, holder => holder)
            .Where(group => group.Key.Address != 0 && group.Count() > 1).Select(group => group.ToArray())];
        foreach (Holder holder in tied.SelectMany(group => group.Skip(1)))
            Give(holder, Copy(holder.Parameter));
        module.to(precision);
        if (tied.Length == 0)
            return;
        Dictionary<(Module, string), Parameter> converted = Holders(module)
            .ToDictionary(h => (h.Owner, h.Name), h => h.Parameter);
        foreach (Holder[] group in tied)
        {
            Parameter first = converted[(group[0].Owner, group[0].Name)];
            Give(group[0] with { Parameter = first }, first); // a layer that lives in libtorch holds what is registered, too
            foreach (Holder holder in group.Skip(1))
            {
                Parameter own = converted[(holder.Owner, holder.Name)];
                Give(holder with { Parameter = own }, first);
                own.Dispose();
            }
        }
    }

    private static Parameter Copy(Parameter parameter)
    {
        using IDisposable noGradient = no_grad();
        using Tensor plain = parameter.detach();
        var copy = new Parameter(plain.clone(), parameter.requires_grad);
        copy.DetachFromDisposeScope();
        return copy;
    }

    /// <summary>Every place that holds a parameter: the same one of two layers is there twice.</summary>
    private static List<Holder> Holders(Module module)
    {
        List<Holder> holders = [];
        HashSet<Module> seen = new(ReferenceEqualityComparer.Instance);
        foreach ((_, Module owner) in module.named_modules().Prepend((string.Empty, module)))
        {
            if (!seen.Add(owner))
                continue;
            foreach ((string name, Parameter parameter) in owner.named_parameters(recurse: false))
                holders.Add(new Holder(owner, name, parameter, TensorStorage.Of(parameter)));
        }

        return holders;
    }

    /// <summary>Puts another parameter into a place; the one that was there isn't disposed.</summary>
    private static void Give(Holder holder, Parameter parameter)
    {
        _register.Invoke(holder.Owner, [holder.Name, parameter]);
        bool isHeld = false;
        for (Type? type = holder.Owner.GetType(); type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.FieldType.IsAssignableFrom(typeof(Parameter))
                    || !ReferenceEquals(field.GetValue(holder.Owner), holder.Parameter))
                    continue;
                field.SetValue(holder.Owner, parameter);
                isHeld = true;
            }
        }

        // A layer that lives in libtorch has no field, but a property that hands the parameter down.
        if (!isHeld && holder.Owner.GetType().GetProperty(holder.Name) is { CanWrite: true } property
            && property.PropertyType == typeof(Parameter))
            property.SetValue(holder.Owner, parameter);
    }

    private sealed record Holder(Module Owner, string Name, Parameter Parameter, TensorStorage Storage);
}
