using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tessar.Tests.Architecture;

public sealed class SignatureTests
{
    private const int MostParameters = 7;

    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What a record is made of is the noun itself; what compilers write is read by nobody.
    [Theory]
    [InlineData("Tessar")]
    [InlineData("Tessar.Training")]
    [InlineData("Tessar.Lenses")]
    [InlineData("Tessar.Web")]
    [InlineData("Tessar.Cli")]
    public void Nothing_takes_more_parameters_than_a_reader_can_hold(string assembly)
    {
        string list = string.Join('\n', Assembly.Load(assembly).GetTypes().Where(type => !IsGenerated(type)).SelectMany(TooLong));
        Assert.True(list.Length == 0, list);
    }

    [Fact]
    public void Long_signature_is_found_and_a_record_is_spared()
    {
        Assert.Equal([$"{typeof(Long)}.Take", $"{typeof(Long)}..ctor"], TooLong(typeof(Long)));
        Assert.Empty(TooLong(typeof(Row)));
    }

    private static IEnumerable<string> TooLong(Type type) =>
        type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared))
            .Where(method => method.GetParameters().Length > MostParameters && !IsGenerated(method) && !IsOfRecord(type, method))
            .Select(method => $"{type}.{method.Name}");

    private static bool IsOfRecord(Type type, MethodBase method) =>
        type.GetMethod("PrintMembers", Declared) is not null && (method.IsConstructor || method.Name == "Deconstruct");

    // Local functions and lambdas carry what they capture; generators mark what they write.
    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || member.Name.Contains('<', StringComparison.Ordinal)
        || member.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false)
        || (member.DeclaringType is { } outer && IsGenerated(outer));

    private sealed class Long
    {
        public Long(int a, int b, int c, int d, int e, int f, int g, int h) => Sum = a + b + c + d + e + f + g + h;

        public int Sum { get; }

        public static int Few(int a, int b, int c, int d, int e, int f, int g) => Take(a, b, c, d, e, f, g, 0);

        private static int Take(int a, int b, int c, int d, int e, int f, int g, int h) => a + b + c + d + e + f + g + h;
    }

    private sealed record Row(int A, int B, int C, int D, int E, int F, int G, int H);
}
