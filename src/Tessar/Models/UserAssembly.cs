using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>Finds module classes and methods in assemblies of the user's.</summary>
internal static class UserAssembly
{
    // A file that was built anew is loaded anew; the same one once.
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), Assembly> _loaded = new();

    private static readonly ConcurrentDictionary<Assembly, string> _paths = new();

    /// <summary>Loads the assembly and finds the class.</summary>
    /// <exception cref="TessarException">The message names the file or type, what is required, and the nearest name.</exception>
    public static Type FindModule(string file, string typeName)
    {
        string path = Path.GetFullPath(file.Length == 0 ? "." : file);
        if (!File.Exists(path))
        {
            throw Unusable(
                $"There is no assembly {path}. A model of your own is given as path/my.dll#My.Net; build the project and pass "
                    + $"its dll.");
        }

        Type[] types = ExportedTypes(path);
        string[] modules = [.. types.Where(IsModule).Select(t => t.FullName!).Order(StringComparer.Ordinal)];
        Type? found = Array.Find(types, t => t.FullName == typeName);
        if (found is null)
        {
            string listed = modules.Length == 0 ? "no public Module<Tensor, Tensor>" : string.Join(", ", modules.Take(10));
            throw Unusable($"{path} has no public type `{typeName}`.{NearestName.Hint(typeName, modules)} It has {listed}.");
        }

        if (!IsModule(found))
        {
            throw Unusable(
                $"`{typeName}` of {path} is no model: a public, non-abstract class derived from "
                + "TorchSharp.torch.nn.Module<Tensor, Tensor> is required.");
        }

        return found;
    }

    /// <summary>Loads an assembly that holds something of the user's own beside models.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="mark">An attribute that at least one public class of it has to carry.</param>
    /// <param name="what">What such a class is, in the singular, for messages.</param>
    /// <param name="shape">How one is declared, for messages.</param>
    /// <exception cref="TessarException">
    /// There is no such file, it can't be loaded, or no class of it carries the mark.
    /// </exception>
    public static Assembly Open(string file, Type mark, string what, string shape)
    {
        string path = Path.GetFullPath(file);
        if (!File.Exists(path))
            throw Unusable(
                $"There is no assembly {path}. A {what} of your own is given as path/my.dll; build the project and pass "
                    + $"its dll.");
        return ExportedTypes(path).Any(type => type.IsDefined(mark, inherit: false))
            ? Load(path)
            : throw Unusable($"{path} holds no {what}: {shape} is required.");
    }

    /// <summary>Whether an assembly's code calls a method of this name, whosever it is.</summary>
    public static unsafe bool Mentions(Assembly assembly, string method)
    {
        if (!assembly.TryGetRawMetadata(out byte* start, out int length))
            return false;
        var reader = new MetadataReader(start, length);
        return reader.MemberReferences.Any(handle =>
            reader.StringComparer.Equals(reader.GetMemberReference(handle).Name, method));
    }

    private static bool IsModule(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
            && type.IsAssignableTo(typeof(Module<Tensor, Tensor>));

    private static Type[] ExportedTypes(string path)
    {
        try
        {
            return Load(path).GetExportedTypes();
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException
            or InvalidOperationException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"{path} can't be loaded as a .NET assembly: {FirstLine.Of(e)} Build it for .NET 10 or older against TorchSharp "
                + $"{typeof(Tensor).Assembly.GetName().Version}, and keep its dependencies beside it.",
                ErrorKind.InputData, e);
        }
    }

    // The program that runs may name a model of its own: then it is the loaded assembly, not a second copy with other statics.
    private static Assembly Load(string path) =>
        AssemblyLoadContext.Default.Assemblies.FirstOrDefault(assembly => !assembly.IsDynamic && assembly.Location == path)
        ?? _loaded.GetOrAdd((path, File.GetLastWriteTimeUtc(path)), key => LoadAnew(key.Path));

    // The runtime keeps the image of a path for as long as it runs: a file that was built anew since is read instead.
    private static Assembly LoadAnew(string path)
    {
        var context = new Context(path);
        if (!_paths.Values.Contains(path, StringComparer.Ordinal))
        {
            Assembly first = context.LoadFromAssemblyPath(path);
            _paths.TryAdd(first, path);
            return first;
        }

        string symbols = Path.ChangeExtension(path, ".pdb");
        using var code = new MemoryStream(File.ReadAllBytes(path));
        using MemoryStream? names = File.Exists(symbols) ? new MemoryStream(File.ReadAllBytes(symbols)) : null;
        Assembly rebuilt = context.LoadFromStream(code, names);
        _paths.TryAdd(rebuilt, path);
        return rebuilt;
    }

    /// <summary>Where an assembly of a model came from.</summary>
    public static string PathOf(Assembly assembly) => _paths.GetValueOrDefault(assembly) ?? assembly.Location;

    private static TessarException Unusable(string message) => new(message, ErrorKind.InputData);

    // Types have to be the same ones on both sides, so whatever this program has loaded already is shared; the rest comes
    // from beside the user's assembly.
    private sealed class Context(string path) : AssemblyLoadContext($"model {Path.GetFileName(path)}")
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name is "Tessar" or "Tessar.Lenses" or "TorchSharp"
                || _resolver.ResolveAssemblyToPath(assemblyName) is not { } file
                ? null
                : LoadFromAssemblyPath(file);

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
    }
}
