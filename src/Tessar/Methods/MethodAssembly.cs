using System.Reflection;
using Tessar.Models;

namespace Tessar.Methods;

/// <summary>Assemblies that hold methods of the user's own.</summary>
internal static class MethodAssembly
{
    /// <summary>Loads one.</summary>
    /// <param name="file">Its path.</param>
    /// <exception cref="TessarException">There is no such file, it can't be loaded, or it holds no method.</exception>
    public static Assembly Open(string file) =>
        UserAssembly.Open(file, typeof(MethodAttribute), "method", "a public class with [Method(\"lens/name\")]");
}
