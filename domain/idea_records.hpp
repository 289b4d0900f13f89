// Rows of ideas: what people publish, what was edited, and what it means for a pair.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>

namespace rltrader {

/// Whether a text is the first of its kind.
enum class dedup_status : unsigned char { canonical, duplicate };
constexpr auto words(dedup_status) {
  return std::array{word{dedup_status::canonical, "canonical"}, word{dedup_status::duplicate, "duplicate"}};
}

/// What became of a text at its source.
enum class content_status : unsigned char { active, edited, removed };
constexpr auto words(content_status) {
  return std::array{word{content_status::active, "active"}, word{content_status::edited, "edited"},
                    word{content_status::removed, "removed"}};
}

/// A trading idea that somebody published. Table ideas; a source has one of an external id.
struct idea {
  std::string id{};
  std::string source_id{};
  std::string external_id{};
  std::string url{};
  std::string title{};
  std::string author_handle{};
  std::string content{};
  std::string content_hash{};
  rltrader::dedup_status dedup_status{};
  std::string duplicate_of_id{};
  content_status status{};
  std::optional<double> sentiment_score{};
  std::string sentiment_label{};
  std::optional<instant> published_at{};
  instant ingested_at{};
  instant updated_at{};
  std::string source{};

  static constexpr auto type_name = "idea";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &idea::id, "the idea"}, field{"source_id", &idea::source_id, "whose"},
             field{"external_id", &idea::external_id, "the source's name of it"},
             field{"url", &idea::url, "where it stands"}, field{"title", &idea::title, "its title"},
             field{"author_handle", &idea::author_handle, "who wrote it"}, field{"content", &idea::content, "its text"},
             field{"content_hash", &idea::content_hash, "SHA-256 of the normalized text, hex", rule{.longest = 64}},
             field{"dedup_status", &idea::dedup_status, "canonical or duplicate"},
             field{"duplicate_of_id", &idea::duplicate_of_id, "the first of its kind, if this is another"},
             field{"status", &idea::status, "active, edited or removed"},
             field{"sentiment_score", &idea::sentiment_score, "-1 (falling) to 1 (rising), once read",
                   rule{.least = -1, .most = 1}},
             field{"sentiment_label", &idea::sentiment_label, "in a word, once read"},
             field{"published_at", &idea::published_at, "as its source says"},
             field{"ingested_at", &idea::ingested_at, "market time"},
             field{"updated_at", &idea::updated_at, "last change"},
             field{"source", &idea::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// What an idea said before it was edited. Table idea_revisions.
struct idea_revision {
  std::string idea_id{};
  std::string content{};
  std::string content_hash{};
  instant recorded_at{};
  std::string source{};

  static constexpr auto type_name = "idea_revision";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"idea_id", &idea_revision::idea_id, "the idea"}, field{"content", &idea_revision::content, "the text"},
        field{"content_hash", &idea_revision::content_hash, "SHA-256 of the normalized text, hex", rule{.longest = 64}},
        field{"recorded_at", &idea_revision::recorded_at, "market time"},
        field{"source", &idea_revision::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// What a text means for a pair. Table signals.
struct signal_record {
  std::string id{};
  std::string source_type{};
  pair_name pair{};
  std::string idea_id{};
  std::string telegram_post_id{};
  std::string news_item_id{};
  std::string enrichment_id{};
  instant generated_at{};
  std::string payload_summary{};
  double confidence_score = 0;
  double sentiment_score = 0;
  std::string sentiment_label{};
  std::string model_name{};
  std::string source{};

  static constexpr auto type_name = "signal_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &signal_record::id, "the signal"},
             field{"source_type", &signal_record::source_type, "idea, telegram, news or ocr"},
             field{"pair", &signal_record::pair, "the pair, if it names one"},
             field{"idea_id", &signal_record::idea_id, "the idea it came from"},
             field{"telegram_post_id", &signal_record::telegram_post_id, "the post it came from"},
             field{"news_item_id", &signal_record::news_item_id, "the news it came from"},
             field{"enrichment_id", &signal_record::enrichment_id, "the reading it came from"},
             field{"generated_at", &signal_record::generated_at, "market time"},
             field{"payload_summary", &signal_record::payload_summary, "in words"},
             field{"confidence_score", &signal_record::confidence_score, "0..1", rule{.least = 0, .most = 1}},
             field{"sentiment_score", &signal_record::sentiment_score, "-1 (falling) to 1 (rising)",
                   rule{.least = -1, .most = 1}},
             field{"sentiment_label", &signal_record::sentiment_label, "in a word"},
             field{"model_name", &signal_record::model_name, "what read it"},
             field{"source", &signal_record::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// A post of a channel. Table telegram_posts; a source has one of an external id.
struct telegram_post {
  std::string id{};
  std::string source_id{};
  std::string external_id{};
  std::string content{};
  std::string content_hash{};
  rltrader::dedup_status dedup_status{};
  std::string duplicate_of_id{};
  content_status status{};
  std::optional<instant> published_at{};
  std::optional<instant> edited_at{};
  instant ingested_at{};
  std::string source{};

  static constexpr auto type_name = "telegram_post";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &telegram_post::id, "the post"}, field{"source_id", &telegram_post::source_id, "the channel"},
        field{"external_id", &telegram_post::external_id, "the channel's name of it"},
        field{"content", &telegram_post::content, "its text"},
        field{"content_hash", &telegram_post::content_hash, "SHA-256 of the normalized text, hex", rule{.longest = 64}},
        field{"dedup_status", &telegram_post::dedup_status, "canonical or duplicate"},
        field{"duplicate_of_id", &telegram_post::duplicate_of_id, "the first of its kind, if this is another"},
        field{"status", &telegram_post::status, "active, edited or removed"},
        field{"published_at", &telegram_post::published_at, "as the channel says"},
        field{"edited_at", &telegram_post::edited_at, "as the channel says"},
        field{"ingested_at", &telegram_post::ingested_at, "market time"},
        field{"source", &telegram_post::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// A piece of news. Table news_items; a source has one of an external id.
struct news_item {
  std::string id{};
  std::string source_id{};
  std::string external_id{};
  std::string title{};
  std::string url{};
  std::string summary{};
  std::string content{};
  std::string content_hash{};
  rltrader::dedup_status dedup_status{};
  std::string duplicate_of_id{};
  std::optional<instant> published_at{};
  instant ingested_at{};
  std::string source{};

  static constexpr auto type_name = "news_item";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &news_item::id, "the item"}, field{"source_id", &news_item::source_id, "who published it"},
        field{"external_id", &news_item::external_id, "the source's name of it"},
        field{"title", &news_item::title, "its title"}, field{"url", &news_item::url, "where it stands"},
        field{"summary", &news_item::summary, "in short"}, field{"content", &news_item::content, "its text"},
        field{"content_hash", &news_item::content_hash, "SHA-256 of the normalized text, hex", rule{.longest = 64}},
        field{"dedup_status", &news_item::dedup_status, "canonical or duplicate"},
        field{"duplicate_of_id", &news_item::duplicate_of_id, "the first of its kind, if this is another"},
        field{"published_at", &news_item::published_at, "as its source says"},
        field{"ingested_at", &news_item::ingested_at, "market time"},
        field{"source", &news_item::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

}  // namespace rltrader
