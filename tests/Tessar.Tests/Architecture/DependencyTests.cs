using System.Reflection;
using System.Runtime.InteropServices;
using Tessar.Inputs;

namespace Tessar.Tests.Architecture;

public sealed class DependencyTests
{
    private static readonly string[] _rooms = ["Tessar", "Tessar.Training", "Tessar.Lenses", "Tessar.Web", "Tessar.Cli"];

    // From the ground up: a room knows only those before it. Errors and the few files beside the rooms are the ground itself.
    private static readonly string[] _floors =
    [
        "Tessar", "Tessar.Named", "Tessar.Native", "Tessar.Tensors", "Tessar.Examples", "Tessar.Statistics", "Tessar.Tasks",
        "Tessar.Inputs", "Tessar.Models",
        "Tessar.Autograd", "Tessar.Gradients", "Tessar.Operators", "Tessar.Runs", "Tessar.Results", "Tessar.Methods",
    ];

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
        Pairs("Tessar.Lenses")
            .Where(pair =>
                Folder(pair.User) is { } user && Folder(CodeReferences.TypeOf(pair.Used)) is { } used && user != used));

    [Fact]
    public void Only_Native_loads_native_libraries() => AssertNone(
        AllPairs().Where(pair => CodeReferences.TypeOf(pair.Used) == typeof(NativeLibrary) && !IsIn(pair.User, "Tessar.Native")));

    [Fact]
    public void Only_Autograd_calls_raw_gradient_functions() => AssertNone(AllPairs().Where(pair =>
        CodeReferences.TypeOf(pair.Used) == typeof(TorchSharp.torch.autograd) && !IsIn(pair.User, "Tessar.Autograd")));

    // Augmentations are about pictures, and so is a patch put over them. All others know inputs.
    [Fact]
    public void Only_what_is_about_pictures_names_that_kind_of_input() => AssertNone(AllPairs().Where(pair =>
        (CodeReferences.TypeOf(pair.Used) is var used && (used == typeof(ImageInput) || used == typeof(InputNormalization)))
        && !IsIn(pair.User, "Tessar.Inputs") && !IsIn(pair.User, "Tessar.Training.Loading.Augmentations")
        && pair.User.FullName?.StartsWith("Tessar.Lenses.Data.Comparison.Patch", StringComparison.Ordinal) != true));

    [Fact]
    public void Every_room_of_the_library_has_its_floor() =>
        Assert.Empty(Assembly.Load("Tessar").GetTypes().Select(Room).OfType<string>().Distinct(StringComparer.Ordinal)
            .Except(_floors, StringComparer.Ordinal));

    [Fact]
    public void A_room_of_the_library_knows_only_rooms_below_it() => AssertNone(Pairs("Tessar").Where(pair =>
        Room(pair.User) is { } user && Room(CodeReferences.TypeOf(pair.Used)) is { } used
            && Array.IndexOf(_floors, used) > Array.IndexOf(_floors, user)));

    [Fact]
    public void What_methods_of_a_lens_share_does_not_know_the_methods() => AssertNone(Pairs("Tessar.Lenses").Where(pair =>
        pair.User.Namespace?.Split('.').Length > 3 && CodeReferences.TypeOf(pair.Used).Namespace is { } used
        && used.StartsWith("Tessar.Lenses.", StringComparison.Ordinal) && used.Split('.').Length == 3));

    [Theory]
    [InlineData("Tessar")]
    [InlineData("Tessar.Training")]
    [InlineData("Tessar.Lenses")]
    [InlineData("Tessar.Web")]
    [InlineData("Tessar.Cli")]
    public void Folders_beside_one_another_form_no_circle(string assembly) => Assert.Empty(FolderCircles.Of(Pairs(assembly)));

    [Fact]
    public void A_circle_of_folders_is_found()
    {
        (string, string)[] uses = [("A.B.C", "A.D"), ("A.D", "A.E.F"), ("A.E.F", "A.B"), ("A.E", "A"), ("A.X", "A.E")];

        Assert.Equal(["A.B → A.D → A.E → A.B"], FolderCircles.Of(uses));
        Assert.Empty(FolderCircles.Of(uses[..2]));
    }

    [Theory]
    [InlineData("Tessar", "Tessar")]
    [InlineData("Tessar", "Tessar.Named")]
    [InlineData("Tessar", "Tessar.Examples")]
    [InlineData("Tessar.Web", "Tessar.Web")]
    public void Namespace_lives_without_torch(string assembly, string space) => AssertNone(Pairs(assembly).Where(pair =>
        (space == assembly ? pair.User.Namespace == space : IsIn(pair.User, space))
            && CodeReferences.TypeOf(pair.Used).Assembly == typeof(TorchSharp.torch).Assembly));

    [Fact]
    public void References_are_found_in_lambdas_signatures_and_generic_arguments()
    {
        Type[] used = [.. CodeReferences.Of(typeof(DependencyTests).Assembly).Where(pair => pair.User == typeof(DependencyTests))
            .Select(pair => CodeReferences.TypeOf(pair.Used))];
        Assert.Contains(typeof(NativeLibrary), used);
        Assert.Contains(typeof(Uri), used);
        Assert.Contains(typeof(Version), used);
    }

    private static IEnumerable<(Type User, MemberInfo Used)> Pairs(string assembly) => CodeReferences.Of(Assembly.Load(assembly));

    private static IEnumerable<(Type User, MemberInfo Used)> AllPairs() => _rooms.SelectMany(Pairs);

    // "Data" for Tessar.Lenses.Data and everything below it; null for what isn't in a lens folder.
    private static string? Folder(Type type) =>
        type.Namespace is { } space && space.StartsWith("Tessar.Lenses.", StringComparison.Ordinal) ? space.Split('.')[2] : null;

    private static bool IsIn(Type type, string space) =>
        type.Namespace == space || type.Namespace?.StartsWith(space + ".", StringComparison.Ordinal) == true;

    // "Tessar.Runs" for Tessar.Runs and everything below it; null for what isn't the library's.
    private static string? Room(Type type) =>
        type.Assembly.GetName().Name != "Tessar" || type.Namespace is not { } space || !IsIn(type, "Tessar")
        ? null
        : string.Join('.', space.Split('.').Take(2));

    private static void AssertNone(IEnumerable<(Type User, MemberInfo Used)> offences) =>
        Assert.Empty(
            offences.Select(pair => $"{pair.User.FullName} uses {CodeReferences.TypeOf(pair.Used).FullName}.{pair.Used.Name}")
                .Distinct(StringComparer.Ordinal));

    private static class Example
    {
        public static Func<bool> Lambda => () => NativeLibrary.TryGetExport(0, "none", out _);

        public static Dictionary<string, Uri[]>? Signature { get; }

        public static int Generic() => Enumerable.Empty<Version>().Count();
    }
}
