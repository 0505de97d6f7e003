using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Methods;

/// <summary>The ranges of a method's options hold for records that a program fills in, not for text alone.</summary>
public sealed class OptionRangesTests
{
    public static TheoryData<string> Methods =>
        [.. new MethodCatalog([typeof(Trak).Assembly]).Methods.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_refuses_values_outside_of_their_ranges_all_at_once(string name)
    {
        Type type = new MethodCatalog([typeof(Trak).Assembly]).Find(name).Type;
        ConstructorInfo constructor = type.GetConstructors().Single(one => one.GetParameters().Length == 1);
        object options = Activator.CreateInstance(constructor.GetParameters()[0].ParameterType)!;
        constructor.Invoke([options]); // the defaults are allowed
        PropertyInfo[] wrong = [.. options.GetType().GetProperties()
            .Where(property => property.CanWrite && WrongValue(property) is not null)];
        foreach (PropertyInfo property in wrong)
            property.SetValue(options, WrongValue(property));
        if (wrong.Length == 0)
            return; // every value of every option is allowed
        var error =
            Assert.IsType<ArgumentException>(
                Assert.Throws<TargetInvocationException>(() => constructor.Invoke([options])).InnerException);
        Assert.All(wrong, property => Assert.Contains($"{property.Name} is ", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_batch_of_nothing_is_refused_with_the_value_and_the_range()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            new Trak(new TrakOptions { BatchSize = 0, Damping = double.NaN }));
        Assert.Contains("BatchSize is 0; allowed: 1 to ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Damping is NaN; allowed: ", error.Message, StringComparison.Ordinal);
    }

    private static object? WrongValue(PropertyInfo property)
    {
        Type type = property.PropertyType;
        if (type.IsEnum)
            return Enum.ToObject(type, 9999);
        if (type == typeof(double))
            return double.PositiveInfinity;
        return property.GetCustomAttribute<RangeAttribute>() is { Minimum: int minimum } && type == typeof(int)
            ? minimum - 1
            : null;
    }
}
