using System.Reflection;
using System.Reflection.Emit;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Models;

/// <summary>
/// Writes an assembly with a public module <c>My.Net</c>, which computes what its base class does: as if a project was built
/// anew.
/// </summary>
internal static class BuiltAssembly
{
    /// <param name="path">The dll.</param>
    /// <param name="network">A public class with a constructor (image, classes).</param>
    /// <returns>The model's name.</returns>
    public static string Write(string path, Type network)
    {
        var assembly = new PersistedAssemblyBuilder(
            new AssemblyName(Path.GetFileNameWithoutExtension(path)), typeof(object).Assembly);
        TypeBuilder type = assembly.DefineDynamicModule("module")
            .DefineType("My.Net", TypeAttributes.Public | TypeAttributes.Class, network);
        Type[] parameters = [typeof(ImageShape), typeof(int)];
        ILGenerator code = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, parameters)
            .GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Call, network.GetConstructor(parameters)!);
        code.Emit(OpCodes.Ret);
        type.CreateType();
        File.Delete(path);
        assembly.Save(path);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        return $"{path}#My.Net";
    }
}

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>One hidden layer and a function after it.</summary>
public abstract class OneHidden : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear hidden;
    private readonly TorchSharp.Modules.Linear head;

    protected OneHidden(ImageShape image, int classes)
        : base(nameof(OneHidden))
    {
        hidden = nn.Linear(image.Size, 8);
        head = nn.Linear(8, classes);
        register_module(nameof(hidden), hidden);
        register_module(nameof(head), head);
    }

    public override Tensor forward(Tensor input) => head.call(Activate(hidden.call(input.flatten(1))));

    protected abstract Tensor Activate(Tensor input);
}

/// <summary>With tanh.</summary>
public class TanhHidden(ImageShape image, int classes) : OneHidden(image, classes)
{
    protected override Tensor Activate(Tensor input) => input.tanh();
}

/// <summary>With a square.</summary>
public class SquareHidden(ImageShape image, int classes) : OneHidden(image, classes)
{
    protected override Tensor Activate(Tensor input) => input.square();
}

/// <summary>With a constant that the constructor draws and doesn't register.</summary>
public class DrawnHidden(ImageShape image, int classes) : OneHidden(image, classes)
{
    private readonly Tensor _scale = rand(8).detach() * 3;

    protected override Tensor Activate(Tensor input) => (input * _scale).tanh();
}

/// <summary>With a layer in a list, which therefore isn't registered.</summary>
public class ListHidden(ImageShape image, int classes) : OneHidden(image, classes)
{
    private readonly List<TorchSharp.Modules.Linear> _layers = [nn.Linear(8, 8)];

    protected override Tensor Activate(Tensor input) => _layers[0].call(input).tanh();
}

/// <summary>With state that training changes and that isn't registered.</summary>
public class CountingHidden(ImageShape image, int classes) : OneHidden(image, classes)
{
    private Tensor _seen = zeros(1).DetachFromDisposeScope();

    protected override Tensor Activate(Tensor input)
    {
        if (training)
            _seen = (_seen + 1).detach().DetachFromDisposeScope();
        return (input * (1 + _seen)).tanh();
    }
}
