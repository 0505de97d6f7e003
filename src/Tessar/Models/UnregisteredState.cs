using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Tessar.Tensors;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Tessar.Models;

/// <summary>Tensors that a module's fields reach but that it never registered: neither trained nor saved.</summary>
/// <remarks>
/// TorchSharp registers fields that are modules or parameters. Layers in a list, an array, a dictionary or an object of their
/// own, and plain tensors, stay outside of <c>parameters()</c> and the state dict. Fields of the user's own classes are followed;
/// those of TorchSharp and .NET hold nothing of the user's.
/// </remarks>
internal sealed class UnregisteredState
{
    private const int Deepest = 16;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<nint> _registered = [];
    private readonly List<(string Name, Tensor Tensor)> _found = [];

    private UnregisteredState()
    {
    }

    /// <summary>Names of those that ask for a gradient, as parameters of layers do.</summary>
    public IReadOnlyList<string> Trainable { get; private init; } = [];

    /// <summary>Names of all, in the order of the fields; null for none.</summary>
    public IReadOnlyList<string>? Names { get; private init; }

    /// <summary>Looks through a module.</summary>
    public static UnregisteredState Of(Module module)
    {
        var walk = new UnregisteredState();
        foreach ((_, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
            walk._registered.Add(TensorStorage.Of(parameter).Address);
        foreach ((_, Tensor buffer) in module.named_buffers())
            walk._registered.Add(TensorStorage.Of(buffer).Address);
        foreach ((string name, Module child) in module.named_modules().Prepend((string.Empty, module)))
            walk.VisitModule(name, child, 0);
        return new UnregisteredState
        {
            Trainable = [.. walk._found.Where(f => f.Tensor.requires_grad).Select(f => f.Name)],
            Names = walk._found.Count == 0 ? null : [.. walk._found.Select(f => f.Name)],
        };
    }

    /// <summary>Refuses a model with parameters that wouldn't be trained, though it has some that are.</summary>
    /// <exception cref="TessarException">Layers or parameters aren't registered.</exception>
    public void ThrowIfTrainable(string model)
    {
        if (Trainable.Count == 0)
            return;
        throw new TessarException(
            $"Model `{model}` holds {Trainable.Count} parameters that aren't registered: {Listed(Trainable)}. They would be "
                + $"neither trained nor "
            + "saved. Hold layers in a ModuleList, Sequential or fields of their own before RegisterComponents(), or call "
            + "register_module; where they are constants on purpose, register_buffer, or set their requires_grad to false.",
            ErrorKind.InputData);
    }

    /// <summary>What to say about constants that aren't saved; null when there are none.</summary>
    public static string? RemarkOn(IReadOnlyList<string>? names) => names is null or [] ? null
        : $"{Listed(names)} of the model aren't registered: they are neither trained nor saved, and built anew from the "
        + $"run's seed. "
        + "register_buffer makes them part of the weights.";

    private static string Listed(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(8)) + (names.Count > 8 ? ", …" : string.Empty);

    private void Visit(string name, object? value, int depth)
    {
        switch (value)
        {
            case null or string or Delegate or Type or Pointer:
                return;
            case Tensor tensor:
                Add(name, tensor);
                return;
        }

        Type type = value.GetType();
        if (type.IsPrimitive || type.IsEnum || depth > Deepest || (!type.IsValueType && !_seen.Add(value)))
            return;
        if (value is Module module)
            VisitModule(name, module, depth, isSeen: true);
        else if (value is IDictionary dictionary)
            VisitAll(
                name, dictionary.Keys.Cast<object>().Select(key => (key.ToString() ?? string.Empty, dictionary[key])), depth);
        else if (value is IEnumerable items && IsCollection(value, type))
            VisitAll(name, items.Cast<object?>().Select((item, index) => ($"{index}", item)), depth);
        else if (value is ITuple tuple)
            VisitAll(name, Enumerable.Range(0, tuple.Length).Select(i => ($"{i}", tuple[i])), depth);
        else if (!IsForeign(type))
            VisitFields(name, value, depth);
    }

    private void VisitAll(string name, IEnumerable<(string Key, object? Value)> items, int depth)
    {
        foreach ((string key, object? item) in items)
            Visit($"{name}[{key}]", item, depth + 1);
    }

    private void VisitModule(string name, Module module, int depth, bool isSeen = false)
    {
        if (!isSeen && !_seen.Add(module))
            return;
        // A layer of TorchSharp's says itself what it holds; what a module of the user's holds besides is in its fields.
        string prefix = name.Length == 0 ? string.Empty : name + ".";
        foreach ((string local, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
            Add(prefix + local, parameter);
        foreach ((string local, Tensor buffer) in module.named_buffers())
            Add(prefix + local, buffer);
        foreach ((string local, Module child) in module.named_children())
            Visit(prefix + local, child, depth + 1);
        VisitFields(name, module, depth);
    }

    private void VisitFields(string name, object owner, int depth)
    {
        for (Type? type = owner.GetType(); type is not null && !IsForeign(type); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.FieldType.IsPointer || field.FieldType.IsByRefLike)
                    continue;
                string local = NameOf(field);
                Visit(name.Length == 0 ? local : $"{name}.{local}", field.GetValue(owner), depth + 1);
            }
        }
    }

    private void Add(string name, Tensor tensor)
    {
        if (tensor.IsInvalid || tensor.numel() == 0)
            return;
        // Once named, a tensor that another field reaches too isn't named again.
        if (_registered.Add(TensorStorage.Of(tensor).Address))
            _found.Add((name, tensor));
    }

    private static string NameOf(FieldInfo field)
    {
        string name = field.Name;
        int end = name.IndexOf('>', StringComparison.Ordinal);
        return name.StartsWith('<') && end > 1 ? name[1..end] : name; // the field behind a property or a captured parameter
    }

    // Collections of numbers hold no tensors, and what isn't known to end isn't enumerated.
    private static bool IsCollection(object value, Type type)
    {
        Type[] held = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        bool holdsTensors = held.Length == 0 || held.Any(item => !item.IsPrimitive && item != typeof(string));
        return holdsTensors
            && (value is ICollection || type.Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true);
    }

    private static bool IsForeign(Type type) =>
        type.Assembly == typeof(Tensor).Assembly
            || (type.Namespace is "System" or null && type.Assembly == typeof(object).Assembly)
        || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;
}
