using System.Reflection;
using Tessar.Named;

namespace Tessar.Tests.Named;

public sealed class ChoicesTests
{
    private static readonly Assembly _here = typeof(ChoicesTests).Assembly;

    private static readonly Choices<Fruit, FruitAttribute> _fruit = new("fruit", _here);

    [Fact]
    public void What_is_marked_is_found_in_ordinal_order()
    {
        Assert.Equal(["apple", "pear", "quince"], _fruit.Names);
        Assert.Equal([typeof(Apple), typeof(Pear), typeof(Quince)], _fruit.All.Select(choice => choice.Type));
        Assert.True(_fruit.Has("pear"));
        Assert.False(_fruit.Has("Pear"));
        Assert.Null(_fruit.FindOrNull("plum"));
    }

    [Fact]
    public void Unknown_name_is_answered_with_the_nearest_and_the_list()
    {
        TessarException error = Assert.Throws<TessarException>(() => _fruit.Create("aple"));
        Assert.Equal("There is no fruit `aple`. Did you mean `apple`? There are apple, pear, quince.", error.Message);
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Empty(error.Remedies);
    }

    [Fact]
    public void Advice_and_remedies_take_the_place_of_a_long_list()
    {
        var choices = new Choices<Fruit, FruitAttribute>("fruit", _here)
        {
            AreListed = false,
            Advice = "Plant one.",
            Remedies = [new(RemedyKind.ListMethods)],
        };
        TessarException error = choices.Unknown("xyz", ErrorKind.InputData);
        Assert.Equal("There is no fruit `xyz`. Plant one.", error.Message);
        Assert.Equal((ErrorKind.InputData, RemedyKind.ListMethods), (error.Kind, Assert.Single(error.Remedies).Kind));
    }

    [Fact]
    public void Two_of_one_name_are_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            new Choices<Fruit, FruitAttribute>("fruit", _here, _here));
        Assert.StartsWith($"The fruit `apple` is there twice: {typeof(Apple)} and", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_that_is_marked_as_something_it_is_not_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Choices<Pear, FruitAttribute>("pear", _here));
        Assert.Contains("is marked as pear, and has to be a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Included_settings_stand_among_the_own_and_the_own_win()
    {
        Assert.Equal(
            [("size", 3.0), ("tartness", 0.5)], _fruit.Settings("quince").Select(setting => (setting.Name, setting.Fallback)));
        Assert.Equal([("size", 2.0)], _fruit.Settings("pear").Select(setting => (setting.Name, setting.Fallback)));
        Assert.Empty(_fruit.Settings("apple"));
    }

    [Fact]
    public void Settings_are_completed_and_everything_wrong_is_named()
    {
        List<string> violations = [];
        IReadOnlyDictionary<string, double> values = _fruit.Complete(
            "quince", [new("size", 7), new("tartness", 1.5), new("sise", 1), new("colour", null)], violations);
        Assert.Equal([("size", 7.0), ("tartness", 0.5)], values.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(
            [
                "`tartness` of quince is 1.5; it has to lie in [0, 1].",
                "There is no setting `sise` of the fruit quince. Did you mean `size`? There are size, tartness.",
            ],
            violations);
    }

    [Fact]
    public void Summary_comes_from_the_mark_or_else_from_the_comment()
    {
        Assert.Equal("grows on trees", _fruit.Find("apple").Summary);
        Assert.Equal("", _fruit.Find("pear").Summary);
        var questions = new Choices<object, Tessar.Methods.MethodAttribute>("method", typeof(Lenses.Data.Trak).Assembly);
        Assert.NotEmpty(questions.Find("data/trak").Summary);
    }

    [Fact]
    public void Constructor_gets_its_arguments_and_its_exception_comes_out_as_it_is()
    {
        Assert.Equal("sweet", Assert.IsType<Pear>(_fruit.Create("pear", "sweet")).Taste);
        Assert.Throws<InvalidOperationException>(() => _fruit.Create("pear", string.Empty));
    }

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class FruitAttribute(string name, string summary = "") : Attribute, INamed
    {
        public string Name { get; } = name;

        public string Summary { get; } = summary;

        public Type? Base { get; init; }

        Type? INamed.Includes => Base;
    }

    private abstract class Fruit;

    [Fruit("apple", "grows on trees")]
    private sealed class Apple : Fruit;

    [Fruit("pear")]
    [Setting("size", 2, "how large")]
    private sealed class Pear(string taste) : Fruit
    {
        public string Taste { get; } = taste.Length > 0
            ? taste
            : throw new InvalidOperationException("A pear tastes of something.");
    }

    [Fruit("quince", Base = typeof(Pear))]
    [Setting("size", 3, "how large")]
    [Setting("tartness", 0.5, "how tart", Most = 1)]
    private sealed class Quince : Fruit;
}
