using System.Reflection;
using System.Runtime.InteropServices;

namespace Tessar.Tests.Architecture;

public sealed class DependencyTests
{
    private static readonly string[] Rooms = ["Tessar", "Tessar.Training", "Tessar.Lenses", "Tessar.Web", "Tessar.Cli"];

    [Theory]
    [InlineData("Tessar")]
    [InlineData("Tessar.Training", "Tessar")]
    [InlineData("Tessar.Lenses", "Tessar")]
    [InlineData("Tessar.Web", "Tessar", "Tessar.Lenses", "Tessar.Training")]
    [InlineData("Tessar.Cli", "Tessar", "Tessar.Lenses", "Tessar.Training", "Tessar.Web")]
    public void Assembly_knows_only_those_below_it(string assembly, params string[] allowed)
    {
        IEnumerable<string> known = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("Tessar", StringComparison.Ordinal));
        Assert.Empty(known.Except(allowed, StringComparer.Ordinal));
    }

    [Fact]
    public void Lens_folders_do_not_know_one_another() => AssertNone(
        Pairs("Tessar.Lenses").Where(pair => Folder(pair.User) is { } user && Folder(CodeReferences.TypeOf(pair.Used)) is { } used && user != used));

    [Fact]
    public void Only_Native_loads_native_libraries() => AssertNone(
        AllPairs().Where(pair => CodeReferences.TypeOf(pair.Used) == typeof(NativeLibrary) && pair.User.Namespace != "Tessar.Native"));

    [Fact]
    public void Only_Autograd_calls_raw_gradient_functions() => AssertNone(AllPairs().Where(pair =>
        CodeReferences.TypeOf(pair.Used) == typeof(TorchSharp.torch.autograd) && pair.User.Namespace != "Tessar.Autograd"));

    [Theory]
    [InlineData("Tessar", "Tessar")]
    [InlineData("Tessar", "Tessar.Examples")]
    [InlineData("Tessar.Web", "Tessar.Web")]
    public void Namespace_lives_without_torch(string assembly, string space) => AssertNone(Pairs(assembly).Where(pair =>
        pair.User.Namespace == space && CodeReferences.TypeOf(pair.Used).Assembly == typeof(TorchSharp.torch).Assembly));

    [Fact]
    public void References_are_found_in_lambdas_signatures_and_generic_arguments()
    {
        Type[] used = [.. CodeReferences.Of(typeof(DependencyTests).Assembly).Where(pair => pair.User == typeof(DependencyTests)).Select(pair => CodeReferences.TypeOf(pair.Used))];
        Assert.Contains(typeof(NativeLibrary), used);
        Assert.Contains(typeof(Uri), used);
        Assert.Contains(typeof(Version), used);
    }

    private static IEnumerable<(Type User, MemberInfo Used)> Pairs(string assembly) => CodeReferences.Of(Assembly.Load(assembly));

    private static IEnumerable<(Type User, MemberInfo Used)> AllPairs() => Rooms.SelectMany(Pairs);

    // "Data" for Tessar.Lenses.Data and everything below it; null for what isn't in a lens folder.
    private static string? Folder(Type type) =>
        type.Namespace is { } space && space.StartsWith("Tessar.Lenses.", StringComparison.Ordinal) ? space.Split('.')[2] : null;

    private static void AssertNone(IEnumerable<(Type User, MemberInfo Used)> offences) =>
        Assert.Empty(offences.Select(pair => $"{pair.User.FullName} uses {CodeReferences.TypeOf(pair.Used).FullName}.{pair.Used.Name}").Distinct(StringComparer.Ordinal));

    private static class Example
    {
        public static Func<bool> Lambda => () => NativeLibrary.TryGetExport(0, "none", out _);

        public static Dictionary<string, Uri[]>? Signature { get; }

        public static int Generic() => Enumerable.Empty<Version>().Count();
    }
}
