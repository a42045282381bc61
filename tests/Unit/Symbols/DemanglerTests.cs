using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class DemanglerTests
{
    [Theory]
    [InlineData("main", "main")]
    [InlineData("_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write")]
    [InlineData("_ZN4core3fmt5writeE", "core::fmt::write")]
    [InlineData("_Z5helloi", "hello")]
    [InlineData("_ZNK3foo3barEv", "foo::bar")]
    [InlineData("_ZN12_GLOBAL__N_13fooEv", "(anonymous)::foo")]
    [InlineData(
        "_ZN44_$LT$$RF$T$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
        "<&T as core::fmt::Display>::fmt")]
    [InlineData("_ZN3fooI3barE3bazEv", "_ZN3fooI3barE3bazEv")] // a template
    [InlineData("_Z3fooIiEvT_", "_Z3fooIiEvT_")]
    [InlineData("_ZN3fooC1Ev", "_ZN3fooC1Ev")] // a constructor
    [InlineData("_ZTV3foo", "_ZTV3foo")]
    [InlineData("_Z", "_Z")]
    [InlineData("_ZN", "_ZN")]
    [InlineData("_ZN99fooE", "_ZN99fooE")]
    [InlineData("_ZN99999999999999999999fooE", "_ZN99999999999999999999fooE")]
    [InlineData("_ZN3foo", "_ZN3foo")]
    [InlineData("_ZN0E", "_ZN0E")]
    public void Plain_names_are_shown_as_they_were_written(string name, string shown) =>
        Assert.Equal(shown, Demangler.Demangle(name));
}
