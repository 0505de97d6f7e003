using Tessar.Named;

namespace Tessar.Tests.Named;

public sealed class WordsTests
{
    private enum Way
    {
        OneByOne,
        AtOnce,
        Never,
    }

    [Fact]
    public void Values_are_typed_in_kebab_case_and_read_back()
    {
        Assert.Equal(["one-by-one", "at-once", "never"], Words.Of(typeof(Way)));
        Assert.All(Enum.GetValues<Way>(), way => Assert.Equal(way, Words.Read(typeof(Way), Words.Write(way))));
        Assert.Null(Words.Read(typeof(Way), "OneByOne"));
    }

    [Fact]
    public void Word_that_is_none_is_answered_with_those_there_are_and_the_nearest()
    {
        TessarException error = Assert.Throws<TessarException>(() => Words.Read<Way>("--way", "at-onse"));
        Assert.Equal("`--way` is `at-onse`; required is one-by-one, at-once or never. Did you mean `at-once`?", error.Message);
    }

    [Fact]
    public void Value_that_may_not_be_typed_is_refused() => Assert.Equal(
        "`--way` is `never`; required is one-by-one or at-once.",
        Assert.Throws<TessarException>(() => Words.Read("--way", "never", Way.OneByOne, Way.AtOnce)).Message);
}
